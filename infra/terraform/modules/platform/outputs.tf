output "releases" {
  description = "Charts that are installed, with their versions."
  value       = { for name, release in helm_release.this : name => release.version }
}
