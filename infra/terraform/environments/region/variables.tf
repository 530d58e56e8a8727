variable "cloud" {
  description = "aws or gcp, to have the region elsewhere than environments/regions.json says. A region with players is moved by evacuation, not by this."
  type        = string
  default     = null

  validation {
    condition     = var.cloud == null || contains(["aws", "gcp"], coalesce(var.cloud, "aws"))
    error_message = "cloud must be aws or gcp."
  }
}

variable "domain" {
  description = "Zone of the game's hosts, e.g. play.example.com."
  type        = string
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes, the same in all regions but while they are upgraded."
  type        = string
}

variable "api_allowed_cidrs" {
  description = "Who may reach the cluster's API from outside. Empty: nobody; it is reached from inside the network then."
  type        = list(string)
  default     = []

  validation {
    condition     = !contains(var.api_allowed_cidrs, "0.0.0.0/0")
    error_message = "api_allowed_cidrs must not be the whole internet."
  }
}

variable "cache_gib" {
  description = "Memory of the region's Redis, at least, in GiB."
  type        = number
  default     = 12
}

variable "is_small" {
  description = "One way out, one replica, few nodes: for environments nobody plays in."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
}

variable "alert_email" {
  description = "Who hears when a cloud itself has something to say."
  type        = string
}

variable "gcp_project" {
  description = "Project of the regions on Google Cloud."
  type        = string
  default     = null
}

variable "aws_admin_role_arns" {
  description = "IAM roles that administer clusters on AWS."
  type        = list(string)
  default     = []
}

variable "aws_deployer_role_arns" {
  description = "IAM roles of pipelines that deploy on AWS."
  type        = list(string)
  default     = []
}
