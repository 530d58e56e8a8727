variable "name" {
  description = "Prefix of names."
  type        = string
}

variable "project" {
  description = "Project that everything is in."
  type        = string
}

variable "region" {
  description = "Region of the log bucket."
  type        = string
}

variable "workload_pool" {
  description = "Pool that pods' identities are in."
  type        = string
}

variable "redis_name" {
  description = "Redis instance that is watched."
  type        = string
}

variable "alert_email" {
  description = "Who hears when the cloud itself has something to say."
  type        = string
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
}
