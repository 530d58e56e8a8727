variable "name" {
  description = "Prefix of names."
  type        = string
}

variable "cluster_name" {
  description = "Cluster whose pods write."
  type        = string
}

variable "pod_identity_trust" {
  description = "Trust policy of roles for pods."
  type        = string
}

variable "alert_email" {
  description = "Who hears when the cloud itself has something to say. Games' own alerts go through Alertmanager."
  type        = string
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
}
