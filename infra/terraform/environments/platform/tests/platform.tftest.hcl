# `terraform test`, in the platform folder of any region. Nothing is reached.

mock_provider "aws" {
  source = "./tests/mocks"
}

mock_provider "google" {
  source = "./tests/mocks"
}

mock_provider "helm" {}

mock_provider "kubernetes" {}

variables {
  gcp_project = "example"
}

run "what_is_installed" {
  command = plan

  assert {
    condition     = contains(keys(output.releases), "external-secrets") && contains(keys(output.releases), "prometheus-adapter")
    error_message = "Pods would have no secrets, or the autoscaler no figures."
  }
}

run "nodes_on_aws" {
  command = plan

  variables {
    cloud = "aws"
  }

  assert {
    condition     = contains(keys(output.releases), "karpenter")
    error_message = "Nobody makes nodes."
  }
}

run "certificates_on_google_cloud" {
  command = plan

  variables {
    cloud = "gcp"
  }

  assert {
    condition     = contains(keys(output.releases), "cert-manager") && !contains(keys(output.releases), "karpenter")
    error_message = "Nobody makes certificates, or Karpenter runs where GKE makes nodes."
  }
}
