variable "name" {
  description = "Prefix of all names, e.g. meridian-production-us-east."
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

variable "zone_id" {
  description = "Route 53 zone of the host."
  type        = string
}

variable "admin_role_arns" {
  description = "IAM roles that administer the cluster."
  type        = list(string)
}

variable "deployer_role_arns" {
  description = "IAM roles of pipelines that deploy."
  type        = list(string)
}
