variable "name" {
  description = "Name of the cluster and prefix of what belongs to it."
  type        = string
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes, the same in all regions."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of the nodes, one a zone."
  type        = list(string)
}

variable "api_allowed_cidrs" {
  description = "Who may reach the cluster's API from outside: CI runners, an office. Empty: nobody; then Terraform's platform roots run from inside."
  type        = list(string)
  default     = []

  validation {
    condition     = !contains(var.api_allowed_cidrs, "0.0.0.0/0")
    error_message = "api_allowed_cidrs must not be the whole internet."
  }
}

variable "admin_role_arns" {
  description = "IAM roles that administer the cluster."
  type        = list(string)
}

variable "deployer_role_arns" {
  description = "IAM roles of pipelines that deploy into the game's namespace, and nothing else."
  type        = list(string)
  default     = []
}

variable "system_instance_types" {
  description = "Machines of the node group that runs what runs the cluster; games get theirs from Karpenter."
  type        = list(string)
  default     = ["m7g.large"]
}

variable "log_retention_days" {
  description = "Days that logs of the control plane are kept."
  type        = number
  default     = 90
}
