# One region on Google Cloud: network, cluster, Redis, door, and where its metrics and logs go. The same rooms as modules/aws/region.

module "network" {
  source = "../network"

  name    = var.name
  project = var.project
  region  = var.settings.cloud_region
  cidr    = var.settings.cidr
}

module "cluster" {
  source = "../cluster"

  name                     = var.name
  project                  = var.project
  region                   = var.settings.cloud_region
  kubernetes_version       = var.settings.kubernetes_version
  network_id               = module.network.network_id
  subnetwork_id            = module.network.subnetwork_id
  api_allowed_cidrs        = var.settings.api_allowed_cidrs
  most_game_nodes_per_zone = var.settings.is_small ? 3 : 20
}

module "redis" {
  source = "../redis"

  name                = var.name
  project             = var.project
  region              = var.settings.cloud_region
  network_id          = module.network.network_id
  services_connection = module.network.services_connection
  memory_gib          = max(5, var.settings.cache_gib)
  replicas            = var.settings.is_small ? 1 : 2
}

module "gateway" {
  source = "../gateway"

  name    = var.name
  project = var.project
  region  = var.settings.cloud_region
  host    = var.settings.host
}

module "observability" {
  source = "../observability"

  name               = var.name
  project            = var.project
  region             = var.settings.cloud_region
  workload_pool      = module.cluster.workload_pool
  redis_name         = var.name
  alert_email        = var.settings.alert_email
  log_retention_days = var.settings.log_retention_days
}

# Pods get the region's secrets by External Secrets, which may read these and no others.
resource "google_service_account" "secrets" {
  project      = var.project
  account_id   = "${substr(var.name, 0, 22)}-secret"
  display_name = "Secrets of ${var.name}"
}

resource "google_secret_manager_secret_iam_member" "secrets" {
  for_each = module.redis.secret_ids

  secret_id = each.value
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.secrets.member
}

resource "google_service_account_iam_member" "secrets" {
  service_account_id = google_service_account.secrets.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${module.cluster.workload_pool}[external-secrets/external-secrets]"
}
