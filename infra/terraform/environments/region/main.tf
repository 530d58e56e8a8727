# A region of an environment. Each of their folders links to this file: its folder's name says which region, the folder above which environment, and
# environments/regions.json where it is. What differs is the backend.

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
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}

locals {
  region      = basename(abspath(path.module))
  environment = basename(dirname(abspath(path.module)))
  place       = jsondecode(file("${path.module}/../../regions.json"))[local.region]
  cloud       = coalesce(var.cloud, local.place.cloud)
  is_on_aws   = local.cloud == "aws"
  tags        = { project = "meridian", environment = local.environment, region = local.region }
}

# Both providers are here, for `cloud` decides; the one that is not used must not ask for credentials.
provider "aws" {
  region                      = local.place.places.aws
  access_key                  = local.is_on_aws ? null : "unused"
  secret_key                  = local.is_on_aws ? null : "unused"
  skip_credentials_validation = !local.is_on_aws
  skip_metadata_api_check     = local.is_on_aws ? null : "true"
  skip_requesting_account_id  = !local.is_on_aws

  default_tags {
    tags = local.tags
  }
}

provider "google" {
  project        = local.is_on_aws ? "unused" : var.gcp_project
  region         = local.place.places.gcp
  access_token   = local.is_on_aws ? "unused" : null
  default_labels = local.tags
}

data "aws_route53_zone" "this" {
  count = local.is_on_aws ? 1 : 0

  name = var.domain
}

module "region" {
  source = "../../../modules/region"

  environment = local.environment
  region      = local.region
  cloud       = local.cloud

  settings = {
    cloud_region       = local.place.places[local.cloud]
    cidr               = local.place.cidr
    host               = "${local.region}.${var.domain}"
    kubernetes_version = var.kubernetes_version
    api_allowed_cidrs  = var.api_allowed_cidrs
    cache_gib          = var.cache_gib
    is_small           = var.is_small
    log_retention_days = var.log_retention_days
    alert_email        = var.alert_email
  }

  aws = local.is_on_aws ? {
    zone_id            = data.aws_route53_zone.this[0].zone_id
    admin_role_arns    = var.aws_admin_role_arns
    deployer_role_arns = var.aws_deployer_role_arns
  } : null

  gcp = local.is_on_aws ? null : { project = var.gcp_project }
}
