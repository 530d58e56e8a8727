output "name" {
  description = "Name of the cluster."
  value       = google_container_cluster.this.name
}

output "endpoint" {
  description = "Address of the cluster's API."
  value       = "https://${google_container_cluster.this.endpoint}"
}

output "certificate_authority" {
  description = "Certificate that the API's own is signed with, base64."
  value       = google_container_cluster.this.master_auth[0].cluster_ca_certificate
}

output "workload_pool" {
  description = "Pool that pods' identities are in."
  value       = google_container_cluster.this.workload_identity_config[0].workload_pool
}
