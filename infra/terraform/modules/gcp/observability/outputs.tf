output "remote_write_url" {
  description = "Where Prometheus writes what is kept for months."
  value       = "https://monitoring.googleapis.com/v1/projects/${var.project}/location/global/prometheus/api/v1/write"
}

output "prometheus_account" {
  description = "Service account that the pods of Prometheus act as."
  value       = google_service_account.prometheus.email
}
