# What no region owns: names of the world, and the database that spans it. A region's loss touches neither.

terraform {
  required_version = "~> 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
    mongodbatlas = {
      source  = "mongodb/mongodbatlas"
      version = "~> 1.41"
    }
  }
}

locals {
  regions = jsondecode(file("${path.module}/../../regions.json"))

  # Atlas has names of its own for the same places.
  atlas_places = {
    us-east   = { aws = "US_EAST_1", gcp = "US_EAST_4" }
    us-west   = { aws = "US_WEST_2", gcp = "WESTERN_US" }
    europe    = { aws = "EU_CENTRAL_1", gcp = "WESTERN_EUROPE" }
    asia      = { aws = "AP_NORTHEAST_1", gcp = "NORTHEASTERN_ASIA_PACIFIC" }
    australia = { aws = "AP_SOUTHEAST_2", gcp = "AUSTRALIA_SOUTHEAST_1" }
  }
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { project = "meridian", environment = "production", region = "global" }
  }
}

# Keys come from MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY.
provider "mongodbatlas" {}

module "dns" {
  source = "../../../modules/dns"

  domain = var.domain

  doors = {
    for region in var.open_regions : region => {
      latency_region = local.regions[region].places.aws
      address        = lookup(var.door_addresses, region, null)
    }
  }
}

module "database" {
  source = "../../../modules/mongodb-atlas"

  name              = "meridian-production"
  organization_id   = var.atlas_organization_id
  allowed_addresses = var.addresses_out

  zones = {
    for region, it in local.regions : region => {
      provider = upper(it.cloud)
      region   = local.atlas_places[region][it.cloud]
    }
  }
}
