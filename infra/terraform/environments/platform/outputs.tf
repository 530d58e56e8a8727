output "releases" {
  description = "Charts that are installed, with their versions."
  value       = module.platform.releases
}
