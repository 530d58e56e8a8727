output "name_servers" {
  description = "What the zone above has to name."
  value       = module.dns.name_servers
}

output "first_contact" {
  description = "Host that leads to the nearest region that answers."
  value       = module.dns.first_contact
}

output "database" {
  description = "Where nodes connect."
  value       = module.database.connection_string
}
