variable "name" {
  description = "Prefix of names."
  type        = string
}

variable "aws" {
  description = "The region on AWS: its network, and the route tables that learn the way."
  type = object({
    vpc_id          = string
    route_table_ids = list(string)
  })
}

variable "gcp" {
  description = "The region on Google Cloud."
  type = object({
    project    = string
    region     = string
    network_id = string
  })
}
