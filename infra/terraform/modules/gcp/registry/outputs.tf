output "url" {
  description = "Where images are pushed to."
  value       = "${var.location}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.this.repository_id}"
}

output "id" {
  description = "Id of the repository."
  value       = google_artifact_registry_repository.this.id
}
