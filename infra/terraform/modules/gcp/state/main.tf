# Where Terraform keeps its state on Google Cloud: versions kept, encrypted with a key of ours, never public. GCS locks by itself.

resource "google_kms_key_ring" "this" {
  project  = var.project
  name     = "${var.name}-state"
  location = var.location
}

resource "google_kms_crypto_key" "this" {
  name            = "state"
  key_ring        = google_kms_key_ring.this.id
  rotation_period = "7776000s"

  # A version that was given up by mistake can be had back for so long.
  destroy_scheduled_duration = "2592000s"
}

data "google_storage_project_service_account" "this" {
  project = var.project
}

resource "google_kms_crypto_key_iam_member" "storage" {
  crypto_key_id = google_kms_crypto_key.this.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${data.google_storage_project_service_account.this.email_address}"
}

resource "google_storage_bucket" "this" {
  project                     = var.project
  name                        = var.name
  location                    = var.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  versioning {
    enabled = true
  }

  encryption {
    default_kms_key_name = google_kms_crypto_key.this.id
  }

  soft_delete_policy {
    retention_duration_seconds = 2592000
  }


  depends_on = [google_kms_crypto_key_iam_member.storage]
}
