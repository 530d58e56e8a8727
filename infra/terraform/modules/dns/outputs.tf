output "zone_id" {
  description = "Zone of the hosts."
  value       = aws_route53_zone.this.zone_id
}

output "name_servers" {
  description = "What the zone above has to name."
  value       = aws_route53_zone.this.name_servers
}

output "first_contact" {
  description = "Host that leads to the nearest region that answers."
  value       = "world.${var.domain}"
}
