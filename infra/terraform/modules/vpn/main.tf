# A link between a network on AWS and one on Google Cloud: four tunnels, routes by BGP. No root uses it: regions need none, for what they say
# to each other goes over TLS, and the database has doors of its own. For those who run MongoDB themselves, over both clouds.

locals {
  aws_asn = 64512
  gcp_asn = 64513

  # Two gateways on Google's side, two tunnels each on Amazon's.
  tunnels = {
    for pair in setproduct([0, 1], [0, 1]) : "${pair[0]}-${pair[1]}" => { interface = pair[0], tunnel = pair[1] }
  }
}

resource "aws_vpn_gateway" "this" {
  vpc_id          = var.aws.vpc_id
  amazon_side_asn = local.aws_asn

  tags = { Name = var.name }
}

resource "aws_vpn_gateway_route_propagation" "this" {
  for_each = toset(var.aws.route_table_ids)

  vpn_gateway_id = aws_vpn_gateway.this.id
  route_table_id = each.key
}

resource "google_compute_ha_vpn_gateway" "this" {
  project = var.gcp.project
  name    = var.name
  region  = var.gcp.region
  network = var.gcp.network_id

  vpn_interfaces {
    id = 0
  }

  vpn_interfaces {
    id = 1
  }
}

resource "aws_customer_gateway" "this" {
  count = 2

  type       = "ipsec.1"
  bgp_asn    = local.gcp_asn
  ip_address = google_compute_ha_vpn_gateway.this.vpn_interfaces[count.index].ip_address

  tags = { Name = "${var.name}-${count.index}" }
}

resource "random_password" "tunnel" {
  for_each = local.tunnels

  length  = 48
  special = false
}

resource "aws_vpn_connection" "this" {
  count = 2

  type                = "ipsec.1"
  vpn_gateway_id      = aws_vpn_gateway.this.id
  customer_gateway_id = aws_customer_gateway.this[count.index].id

  tunnel1_preshared_key = random_password.tunnel["${count.index}-0"].result
  tunnel2_preshared_key = random_password.tunnel["${count.index}-1"].result
  tunnel1_ike_versions  = ["ikev2"]
  tunnel2_ike_versions  = ["ikev2"]

  tags = { Name = "${var.name}-${count.index}" }
}

locals {
  # Amazon's ends, as Google sees them.
  ends = {
    for name, it in local.tunnels : name => {
      outside   = it.tunnel == 0 ? aws_vpn_connection.this[it.interface].tunnel1_address : aws_vpn_connection.this[it.interface].tunnel2_address
      amazon_ip = it.tunnel == 0 ? aws_vpn_connection.this[it.interface].tunnel1_vgw_inside_address : aws_vpn_connection.this[it.interface].tunnel2_vgw_inside_address
      google_ip = it.tunnel == 0 ? aws_vpn_connection.this[it.interface].tunnel1_cgw_inside_address : aws_vpn_connection.this[it.interface].tunnel2_cgw_inside_address
    }
  }
}

resource "google_compute_external_vpn_gateway" "aws" {
  project         = var.gcp.project
  name            = "${var.name}-aws"
  redundancy_type = "FOUR_IPS_REDUNDANCY"

  dynamic "interface" {
    for_each = local.tunnels

    content {
      id         = interface.value.interface * 2 + interface.value.tunnel
      ip_address = local.ends[interface.key].outside
    }
  }
}

resource "google_compute_router" "this" {
  project = var.gcp.project
  name    = "${var.name}-vpn"
  region  = var.gcp.region
  network = var.gcp.network_id

  bgp {
    asn = local.gcp_asn
  }
}

resource "google_compute_vpn_tunnel" "this" {
  for_each = local.tunnels

  project                         = var.gcp.project
  name                            = "${var.name}-${each.key}"
  region                          = var.gcp.region
  vpn_gateway                     = google_compute_ha_vpn_gateway.this.id
  vpn_gateway_interface           = each.value.interface
  peer_external_gateway           = google_compute_external_vpn_gateway.aws.id
  peer_external_gateway_interface = each.value.interface * 2 + each.value.tunnel
  shared_secret                   = random_password.tunnel[each.key].result
  router                          = google_compute_router.this.name
  ike_version                     = 2
}

resource "google_compute_router_interface" "this" {
  for_each = local.tunnels

  project    = var.gcp.project
  name       = each.key
  region     = var.gcp.region
  router     = google_compute_router.this.name
  ip_range   = "${local.ends[each.key].google_ip}/30"
  vpn_tunnel = google_compute_vpn_tunnel.this[each.key].name
}

resource "google_compute_router_peer" "this" {
  for_each = local.tunnels

  project         = var.gcp.project
  name            = each.key
  region          = var.gcp.region
  router          = google_compute_router.this.name
  interface       = google_compute_router_interface.this[each.key].name
  peer_ip_address = local.ends[each.key].amazon_ip
  peer_asn        = local.aws_asn
}
