output "cluster" {
  description = "What the platform root needs to reach the cluster."
  value = {
    name                  = module.cluster.name
    endpoint              = module.cluster.endpoint
    certificate_authority = module.cluster.certificate_authority
  }
}

output "gateway" {
  description = "The region's door: its host, and what gateways register with."
  value = {
    host   = module.gateway.host
    target = module.gateway.target_group_arn
  }
}

output "addresses_out" {
  description = "Addresses the region is seen under from outside."
  value       = module.network.nat_addresses
}

output "redis_secret" {
  description = "Name of the secret with REDIS_URI."
  value       = module.redis.secret_name
}

output "remote_write_url" {
  description = "Where Prometheus writes what is kept for months."
  value       = module.observability.remote_write_url
}
