output "host" {
  description = "Host that players connect to."
  value       = var.host
}

output "address" {
  description = "Address of the region's door, which the Service of the gateway asks for (loadBalancerIP)."
  value       = google_compute_address.this.address
}
