# A regional GKE cluster: private nodes, Workload Identity, Dataplane V2 (which enforces network policies), a pool for what the cluster
# itself needs and one for games, where nodes are never taken away under a match: pods say so (safe-to-evict), nodes are
# replaced by the blue/green way and only when empty.

resource "google_kms_key_ring" "this" {
  project  = var.project
  name     = var.name
  location = var.region
}

resource "google_kms_crypto_key" "secrets" {
  name            = "secrets"
  key_ring        = google_kms_key_ring.this.id
  rotation_period = "7776000s"

  # A version that was given up by mistake can be had back for so long.
  destroy_scheduled_duration = "2592000s"
}

data "google_project" "this" {
  project_id = var.project
}

resource "google_kms_crypto_key_iam_member" "gke" {
  crypto_key_id = google_kms_crypto_key.secrets.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:service-${data.google_project.this.number}@container-engine-robot.iam.gserviceaccount.com"
}

resource "google_service_account" "node" {
  project      = var.project
  account_id   = "${substr(var.name, 0, 22)}-node"
  display_name = "Nodes of ${var.name}"
}

resource "google_project_iam_member" "node" {
  for_each = toset([
    "roles/artifactregistry.reader",
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
  ])

  project = var.project
  role    = each.key
  member  = google_service_account.node.member
}

resource "google_container_cluster" "this" {
  project                  = var.project
  name                     = var.name
  location                 = var.region
  min_master_version       = var.kubernetes_version
  network                  = var.network_id
  subnetwork               = var.subnetwork_id
  datapath_provider        = "ADVANCED_DATAPATH"
  networking_mode          = "VPC_NATIVE"
  remove_default_node_pool = true
  initial_node_count       = 1
  deletion_protection      = true
  enable_shielded_nodes    = true

  release_channel {
    channel = "REGULAR"
  }

  # People and pipelines come with their Google identity, never with a certificate.
  master_auth {
    client_certificate_config {
      issue_client_certificate = false
    }
  }

  ip_allocation_policy {
    cluster_secondary_range_name  = "pods"
    services_secondary_range_name = "services"
  }

  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = length(var.api_allowed_cidrs) == 0
  }

  master_authorized_networks_config {
    gcp_public_cidrs_access_enabled = false

    dynamic "cidr_blocks" {
      for_each = toset(var.api_allowed_cidrs)

      content {
        cidr_block = cidr_blocks.key
      }
    }
  }

  workload_identity_config {
    workload_pool = "${var.project}.svc.id.goog"
  }

  database_encryption {
    state    = "ENCRYPTED"
    key_name = google_kms_crypto_key.secrets.id
  }

  logging_config {
    enable_components = ["SYSTEM_COMPONENTS", "APISERVER"]
  }

  monitoring_config {
    enable_components = ["SYSTEM_COMPONENTS"]

    managed_prometheus {
      enabled = false
    }
  }

  maintenance_policy {
    recurring_window {
      start_time = "2026-01-06T03:00:00Z"
      end_time   = "2026-01-06T09:00:00Z"
      recurrence = "FREQ=WEEKLY;BYDAY=TU,WE"
    }
  }

  # The default pool exists for a moment only; it must not have the default account then.
  node_config {
    service_account = google_service_account.node.email
  }

  lifecycle {
    ignore_changes = [node_config]
  }

  depends_on = [google_kms_crypto_key_iam_member.gke]
}

resource "google_container_node_pool" "this" {
  for_each = {
    system = { machine = "e2-standard-4", least = 1, most = 2, taints = [] }
    game   = { machine = var.game_machine_type, least = 1, most = var.most_game_nodes_per_zone, taints = ["game"] }
  }

  project  = var.project
  name     = each.key
  location = var.region
  cluster  = google_container_cluster.this.name

  autoscaling {
    min_node_count = each.value.least
    max_node_count = each.value.most
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  upgrade_settings {
    strategy = "BLUE_GREEN"

    blue_green_settings {
      # Old nodes stay until their matches are over.
      node_pool_soak_duration = "3600s"

      standard_rollout_policy {
        batch_node_count    = 1
        batch_soak_duration = "600s"
      }
    }
  }

  node_config {
    machine_type    = each.value.machine
    service_account = google_service_account.node.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    image_type      = "COS_CONTAINERD"
    disk_type       = "pd-balanced"
    disk_size_gb    = 50
    labels          = { "meridian.dev/nodes" = each.key }

    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }

    # Pods get tokens of their own identity, never the node's.
    workload_metadata_config {
      mode = "GKE_METADATA"
    }

    dynamic "taint" {
      for_each = toset(each.value.taints)

      content {
        key    = "meridian.dev/nodes"
        value  = taint.key
        effect = "NO_SCHEDULE"
      }
    }
  }
}
