# The door of a region: an address that the cluster's Service of the gateway takes (a passthrough balancer: an application balancer would
# end WebSockets after its timeout). Its record is made by modules/dns, its certificate by cert-manager in the cluster.

resource "google_compute_address" "this" {
  project      = var.project
  name         = "${var.name}-gateway"
  region       = var.region
  address_type = "EXTERNAL"
  network_tier = "PREMIUM"
}
