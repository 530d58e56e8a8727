output "tunnel_names" {
  description = "Names of the tunnels, for alerts on those that are down."
  value       = [for tunnel in google_compute_vpn_tunnel.this : tunnel.name]
}
