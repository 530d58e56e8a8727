variable "domain" {
  description = "Zone of the game's hosts, e.g. play.example.com."
  type        = string
}

variable "atlas_organization_id" {
  description = "Atlas organization that the database is made in."
  type        = string
}

variable "open_regions" {
  description = "Regions that players are sent to."
  type        = set(string)
  default     = []
}

variable "door_addresses" {
  description = "Addresses of the doors of regions on Google Cloud (their output `gateway.target`)."
  type        = map(string)
  default     = {}
}

variable "addresses_out" {
  description = "Addresses that regions go out by (their output `addresses_out`), by what they are: the database lets them in."
  type        = map(string)
  default     = {}

  validation {
    condition     = !contains(values(var.addresses_out), "0.0.0.0/0")
    error_message = "addresses_out must not be the whole internet."
  }
}
