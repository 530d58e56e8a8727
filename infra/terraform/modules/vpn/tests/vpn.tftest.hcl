mock_provider "aws" {
  mock_resource "aws_vpn_connection" {
    defaults = {
      tunnel1_address            = "203.0.113.1"
      tunnel2_address            = "203.0.113.2"
      tunnel1_vgw_inside_address = "169.254.1.1"
      tunnel1_cgw_inside_address = "169.254.1.2"
      tunnel2_vgw_inside_address = "169.254.2.1"
      tunnel2_cgw_inside_address = "169.254.2.2"
    }
  }
}

mock_provider "google" {
  mock_resource "google_compute_ha_vpn_gateway" {
    defaults = { vpn_interfaces = { ip_address = "203.0.113.3" } }
  }
}

mock_provider "random" {}

variables {
  name = "link"
  aws  = { vpc_id = "vpc-0123", route_table_ids = ["rtb-0123"] }
  gcp  = { project = "example", region = "europe-west1", network_id = "projects/example/global/networks/mock" }
}

run "four_tunnels" {
  command = apply

  assert {
    condition     = length(output.tunnel_names) == 4
    error_message = "One of four may fail on either side, so there must be four."
  }
}
