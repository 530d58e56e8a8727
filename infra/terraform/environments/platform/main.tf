# What runs in a region's cluster before Meridian does. A root of its own: a cluster and what is in it must not come from one apply.
# Each region's `platform` folder links to this file.

terraform {
  required_version = "~> 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
    google = {
      source  = "hashicorp/google"
      version = "~> 6.50"
    }
    helm = {
      source  = "hashicorp/helm"
      version = "~> 3.1"
    }
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 2.38"
    }
  }
}

locals {
  region      = basename(dirname(abspath(path.module)))
  environment = basename(dirname(dirname(abspath(path.module))))
  place       = jsondecode(file("${path.module}/../../../regions.json"))[local.region]
  cloud       = coalesce(var.cloud, local.place.cloud)
  is_on_aws   = local.cloud == "aws"
  name        = "meridian-${local.environment}-${local.region}"
}

provider "aws" {
  region                      = local.place.places.aws
  access_key                  = local.is_on_aws ? null : "unused"
  secret_key                  = local.is_on_aws ? null : "unused"
  skip_credentials_validation = !local.is_on_aws
  skip_metadata_api_check     = local.is_on_aws ? null : "true"
  skip_requesting_account_id  = !local.is_on_aws
}

provider "google" {
  project      = local.is_on_aws ? "unused" : var.gcp_project
  region       = local.place.places.gcp
  access_token = local.is_on_aws ? "unused" : null
}

data "aws_eks_cluster" "this" {
  count = local.is_on_aws ? 1 : 0

  name = local.name
}

data "google_container_cluster" "this" {
  count = local.is_on_aws ? 0 : 1

  name     = local.name
  location = local.place.places.gcp
}

locals {
  host = one(concat(
    data.aws_eks_cluster.this[*].endpoint,
    [for it in data.google_container_cluster.this : "https://${it.endpoint}"],
  ))
  certificate = base64decode(one(concat(
    [for it in data.aws_eks_cluster.this : it.certificate_authority[0].data],
    [for it in data.google_container_cluster.this : it.master_auth[0].cluster_ca_certificate],
  )))
  # A token for minutes, of whoever applies.
  login = {
    command = local.is_on_aws ? "aws" : "gke-gcloud-auth-plugin"
    args    = local.is_on_aws ? ["eks", "get-token", "--cluster-name", local.name, "--region", local.place.places.aws] : []
  }
}

provider "kubernetes" {
  host                   = local.host
  cluster_ca_certificate = local.certificate

  exec {
    api_version = "client.authentication.k8s.io/v1"
    command     = local.login.command
    args        = local.login.args
  }
}

provider "helm" {
  kubernetes = {
    host                   = local.host
    cluster_ca_certificate = local.certificate

    exec = {
      api_version = "client.authentication.k8s.io/v1"
      command     = local.login.command
      args        = local.login.args
    }
  }
}

module "platform" {
  source = "../../../../modules/platform"

  cloud        = local.cloud
  cluster_name = local.name
}
