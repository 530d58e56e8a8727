output "name" {
  description = "Name of the region's things in its cloud."
  value       = local.name
}

output "cluster" {
  description = "Name, API endpoint and certificate of the cluster."
  value       = local.built.cluster
}

output "gateway" {
  description = "The region's door: `host`, and `target`, what the gateway takes (a target group on AWS, an address on Google Cloud)."
  value       = local.built.gateway
}

output "addresses_out" {
  description = "Addresses the region is seen under from outside."
  value       = local.built.addresses_out
}

output "redis_secret" {
  description = "Name of the secret with REDIS_URI."
  value       = local.built.redis_secret
}

output "remote_write_url" {
  description = "Where Prometheus writes what is kept for months."
  value       = local.built.remote_write_url
}
