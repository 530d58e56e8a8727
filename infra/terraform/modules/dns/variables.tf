variable "domain" {
  description = "Zone of the game's hosts, e.g. play.example.com. A zone above it must hand it over (output `name_servers`)."
  type        = string
}

variable "doors" {
  description = "Regions that are open: where each one's host points, and the AWS region nearest to it, by which players are sent there first."
  type = map(object({
    latency_region = string
    # An address, of a region on Google Cloud; AWS regions have made their own record.
    address = optional(string)
  }))
  default = {}
}
