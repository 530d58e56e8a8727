variable "name" {
  description = "Prefix of all names."
  type        = string
}

variable "project" {
  description = "Project that everything is in."
  type        = string
}

variable "region" {
  description = "Region of the subnet, e.g. europe-west1."
  type        = string
}

variable "cidr" {
  description = "Address range of the region, a /16 that no other region has."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "cidr must be an IPv4 range of 16 bits, e.g. 10.48.0.0/16."
  }
}
