# What everything else on Google Cloud needs before it can be applied, as environments/bootstrap/aws.

terraform {
  required_version = "~> 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.50"
    }
  }
}

provider "google" {
  project        = var.project
  default_labels = { project = "meridian", environment = "bootstrap", region = "global" }
}

data "google_project" "this" {
  project_id = var.project
}

resource "google_project_service" "this" {
  for_each = toset([
    "artifactregistry", "billingbudgets", "cloudkms", "compute", "container", "iam", "iamcredentials", "logging",
    "monitoring", "redis", "secretmanager", "servicenetworking", "sts",
  ])

  project            = var.project
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false
}

module "state" {
  source = "../../../modules/gcp/state"

  name     = var.state_bucket
  project  = var.project
  location = "europe-west1"

  depends_on = [google_project_service.this]
}

module "registry" {
  source = "../../../modules/gcp/registry"

  name     = "meridian"
  project  = var.project
  location = "europe"

  depends_on = [google_project_service.this]
}

module "identity" {
  source = "../../../modules/gcp/identity"

  name         = "meridian"
  project      = var.project
  repository   = var.repository
  environments = var.ci_environments
  state_bucket = module.state.bucket
  registry_id  = module.registry.id
}

module "budget" {
  source = "../../../modules/gcp/budget"

  name            = "meridian"
  billing_account = var.billing_account
  project_number  = data.google_project.this.number
  monthly_usd     = var.monthly_usd
}
