# The region's Redis on Memorystore: highly available, TLS, a password. Its parameters are those of modules/aws/redis.

resource "google_redis_instance" "this" {
  project                 = var.project
  name                    = var.name
  region                  = var.region
  tier                    = "STANDARD_HA"
  memory_size_gb          = var.memory_gib
  replica_count           = var.replicas
  read_replicas_mode      = "READ_REPLICAS_ENABLED"
  redis_version           = "REDIS_7_2"
  authorized_network      = var.network_id
  connect_mode            = "PRIVATE_SERVICE_ACCESS"
  auth_enabled            = true
  transit_encryption_mode = "SERVER_AUTHENTICATION"

  # What is evicted is lost, and what is lost is a room: writes fail instead.
  redis_configs = { "maxmemory-policy" = "noeviction" }

  maintenance_policy {
    weekly_maintenance_window {
      day = "TUESDAY"

      start_time {
        hours   = 4
        minutes = 0
        seconds = 0
        nanos   = 0
      }
    }
  }

  lifecycle {
    precondition {
      condition     = var.services_connection != ""
      error_message = "The network has no peering with Google's services."
    }
  }
}

resource "google_secret_manager_secret" "uri" {
  project   = var.project
  secret_id = "${var.name}-redis-uri"

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
}

resource "google_secret_manager_secret_version" "uri" {
  secret = google_secret_manager_secret.uri.id
  secret_data = format(
    "rediss://:%s@%s:%d",
    google_redis_instance.this.auth_string,
    google_redis_instance.this.host,
    google_redis_instance.this.port,
  )
}

# Nodes trust what the instance's certificate is signed with, and nothing else (NODE_EXTRA_CA_CERTS).
resource "google_secret_manager_secret" "certificate" {
  project   = var.project
  secret_id = "${var.name}-redis-ca"

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
}

resource "google_secret_manager_secret_version" "certificate" {
  secret      = google_secret_manager_secret.certificate.id
  secret_data = google_redis_instance.this.server_ca_certs[0].cert
}
