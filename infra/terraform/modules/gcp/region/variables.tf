variable "name" {
  description = "Prefix of all names, e.g. meridian-production-europe."
  type        = string
}

variable "project" {
  description = "Project that everything is in."
  type        = string
}

variable "settings" {
  description = "What both clouds understand; the same object goes to either (modules/region)."
  type = object({
    cloud_region       = string
    cidr               = string
    host               = string
    kubernetes_version = string
    api_allowed_cidrs  = list(string)
    cache_gib          = number
    is_small           = bool
    log_retention_days = number
    alert_email        = string
  })
}
