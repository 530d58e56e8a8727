output "secret_name" {
  description = "Secret with REDIS_URI."
  value       = google_secret_manager_secret.uri.secret_id
}

output "secret_ids" {
  description = "Secrets that the region's pods read."
  value = {
    uri         = google_secret_manager_secret.uri.id
    certificate = google_secret_manager_secret.certificate.id
  }
}
