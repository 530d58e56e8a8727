output "ci_roles" {
  description = "Roles that workflows assume: plan, apply, push."
  value       = module.identity.role_arns
}

output "registry" {
  description = "Where images are pushed to."
  value       = module.registry.url
}
