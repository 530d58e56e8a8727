output "project_id" {
  description = "Atlas project."
  value       = mongodbatlas_project.this.id
}

output "connection_string" {
  description = "Where nodes connect, without a user: that one is made and rotated by External Secrets."
  value       = mongodbatlas_advanced_cluster.this.connection_strings[0].standard_srv
}
