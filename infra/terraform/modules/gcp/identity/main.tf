# Who CI is: as modules/aws/identity, by Workload Identity Federation. No key is kept anywhere.

locals {
  accounts = {
    plan = {
      subjects = ["repo:${var.repository}:pull_request", "repo:${var.repository}:ref:refs/heads/main"]
      roles    = ["roles/viewer", "roles/iam.securityReviewer"]
    }
    apply = {
      subjects = [for environment in var.environments : "repo:${var.repository}:environment:${environment}"]
      roles = [
        "roles/artifactregistry.admin", "roles/cloudkms.admin", "roles/compute.networkAdmin", "roles/container.admin",
        "roles/iam.serviceAccountAdmin", "roles/iam.serviceAccountUser", "roles/monitoring.admin", "roles/redis.admin",
        "roles/secretmanager.admin", "roles/servicenetworking.networksAdmin",
      ]
    }
    push = {
      subjects = ["repo:${var.repository}:ref:refs/heads/main"]
      roles    = []
    }
  }

  bindings = {
    for binding in flatten([
      for account, it in local.accounts : [for subject in it.subjects : { account = account, subject = subject }]
    ]) : "${binding.account} ${binding.subject}" => binding
  }

  grants = {
    for grant in flatten([
      for account, it in local.accounts : [for role in it.roles : { account = account, role = role }]
    ]) : "${grant.account} ${grant.role}" => grant
  }
}

resource "google_iam_workload_identity_pool" "ci" {
  project                   = var.project
  workload_identity_pool_id = "${var.name}-ci"
}

resource "google_iam_workload_identity_pool_provider" "github" {
  project                            = var.project
  workload_identity_pool_id          = google_iam_workload_identity_pool.ci.workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  attribute_condition                = "assertion.repository == '${var.repository}'"

  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
  }

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account" "this" {
  for_each = local.accounts

  project      = var.project
  account_id   = "${substr(var.name, 0, 20)}-ci-${each.key}"
  display_name = "CI: ${each.key}"
}

resource "google_service_account_iam_member" "github" {
  for_each = local.bindings

  service_account_id = google_service_account.this[each.value.account].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principal://iam.googleapis.com/${google_iam_workload_identity_pool.ci.name}/subject/${each.value.subject}"
}

resource "google_project_iam_member" "this" {
  for_each = local.grants

  project = var.project
  role    = each.value.role
  member  = google_service_account.this[each.value.account].member
}

resource "google_storage_bucket_iam_member" "state" {
  for_each = {
    plan  = "roles/storage.objectUser"
    apply = "roles/storage.objectUser"
  }

  bucket = var.state_bucket
  role   = each.value
  member = google_service_account.this[each.key].member
}

resource "google_artifact_registry_repository_iam_member" "push" {
  project    = var.project
  repository = var.registry_id
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.this["push"].member
}
