# `terraform test`, in the folder of any region. Nothing is reached: clouds answer what mocks/ says.

mock_provider "aws" {
  source = "./tests/mocks"
}

mock_provider "google" {
  source = "./tests/mocks"
}

mock_provider "random" {}

variables {
  domain              = "play.example.com"
  kubernetes_version  = "1.34"
  alert_email         = "operators@example.com"
  gcp_project         = "example"
  aws_admin_role_arns = ["arn:aws:iam::123456789012:role/operators"]
  api_allowed_cidrs   = ["203.0.113.0/24"]
}

run "where_it_is" {
  command = apply

  assert {
    condition     = endswith(output.region.gateway.host, ".play.example.com")
    error_message = "The region has no host of its own."
  }

  assert {
    condition     = startswith(output.region.name, "meridian-")
    error_message = "Names do not say what they belong to."
  }

  assert {
    condition     = output.region.cluster.endpoint != "" && output.region.gateway.target != ""
    error_message = "Pipelines cannot find the region."
  }

  assert {
    condition     = length(output.region.addresses_out) >= 1
    error_message = "Nobody can let the region in."
  }
}

run "on_aws" {
  command = plan

  variables {
    cloud = "aws"
  }

  assert {
    condition     = output.region.cloud == "aws"
    error_message = "The variable does not decide."
  }
}

run "on_google_cloud" {
  command = plan

  variables {
    cloud = "gcp"
  }

  assert {
    condition     = output.region.cloud == "gcp"
    error_message = "The variable does not decide."
  }
}

run "not_for_everybody" {
  command = plan

  variables {
    api_allowed_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.api_allowed_cidrs]
}

run "no_other_cloud" {
  command = plan

  variables {
    cloud = "azure"
  }

  expect_failures = [var.cloud]
}
