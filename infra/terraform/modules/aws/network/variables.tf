variable "name" {
  description = "Prefix of all names, e.g. meridian-production-us-east."
  type        = string
}

variable "cidr" {
  description = "Address range of the region, a /16 that no other region has: links between regions may be routed one day."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "cidr must be an IPv4 range of 16 bits, e.g. 10.16.0.0/16."
  }
}

variable "zones" {
  description = "Availability zones, three of them: the loss of one must leave a majority."
  type        = list(string)

  validation {
    condition     = length(var.zones) == 3
    error_message = "zones must name three availability zones."
  }
}

variable "has_nat_per_zone" {
  description = "Whether each zone has a way out of its own. One for all is cheaper, and a zone's loss may take it from the others."
  type        = bool
  default     = true
}

variable "log_retention_days" {
  description = "Days that flow logs are kept."
  type        = number
  default     = 30
}
