output "provider" {
  description = "What workflows name as `workload_identity_provider`."
  value       = google_iam_workload_identity_pool_provider.github.name
}

output "accounts" {
  description = "Service accounts of CI: plan, apply, push."
  value       = { for name, account in google_service_account.this : name => account.email }
}
