variable "name" {
  description = "Name of the project and the cluster."
  type        = string
}

variable "organization_id" {
  description = "Atlas organization."
  type        = string
}

variable "zones" {
  description = "A shard for each: its name (a player's home region) and where its data is, as Atlas names clouds and regions."
  type = map(object({
    provider = string
    region   = string
  }))

  validation {
    condition     = alltrue([for zone in var.zones : contains(["AWS", "GCP"], zone.provider)])
    error_message = "provider of a zone must be AWS or GCP."
  }
}

variable "allowed_addresses" {
  description = "Addresses that may connect: those that the regions go out by."
  type        = map(string)

  validation {
    condition     = !contains(values(var.allowed_addresses), "0.0.0.0/0")
    error_message = "allowed_addresses must not be the whole internet."
  }
}

variable "least_size" {
  description = "Instance size that autoscaling does not go below."
  type        = string
  default     = "M30"
}

variable "most_size" {
  description = "Instance size that autoscaling does not go beyond."
  type        = string
  default     = "M60"
}
