variable "environment" {
  description = "E.g. production; part of all names."
  type        = string
}

variable "region" {
  description = "Meridian's name of the region, e.g. us-east."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+(-[a-z]+)?$", var.region))
    error_message = "region must be one or two words in small letters, e.g. us-east."
  }
}

variable "cloud" {
  description = "Where the region runs: aws or gcp."
  type        = string

  validation {
    condition     = contains(["aws", "gcp"], var.cloud)
    error_message = "cloud must be aws or gcp."
  }
}

variable "settings" {
  description = "What is the same thing on either cloud."
  type = object({
    # As the cloud names it: us-east-1, europe-west1.
    cloud_region       = string
    cidr               = string
    host               = string
    kubernetes_version = string
    api_allowed_cidrs  = list(string)
    # Memory of the region's Redis, at least.
    cache_gib = number
    # One way out, one replica, few nodes: for environments nobody plays in.
    is_small           = bool
    log_retention_days = number
    alert_email        = string
  })
}

variable "aws" {
  description = "What only AWS needs; null on Google Cloud."
  type = object({
    zone_id            = string
    admin_role_arns    = list(string)
    deployer_role_arns = list(string)
  })
  default = null
}

variable "gcp" {
  description = "What only Google Cloud needs; null on AWS."
  type = object({
    project = string
  })
  default = null
}
