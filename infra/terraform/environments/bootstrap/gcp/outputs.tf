output "ci" {
  description = "What workflows name to come in: provider, and service accounts for plan, apply, push."
  value = {
    provider = module.identity.provider
    accounts = module.identity.accounts
  }
}

output "registry" {
  description = "Where images are pushed to."
  value       = module.registry.url
}
