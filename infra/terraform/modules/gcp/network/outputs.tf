output "network_id" {
  description = "Id of the network."
  value       = google_compute_network.this.id
}

output "subnetwork_id" {
  description = "Subnet of the nodes."
  value       = google_compute_subnetwork.nodes.id
}

output "services_connection" {
  description = "Peering that Memorystore is reached by."
  value       = google_service_networking_connection.services.id
}

output "nat_addresses" {
  description = "Addresses the region is seen under from outside."
  value       = google_compute_address.nat[*].address
}
