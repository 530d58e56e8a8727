variable "project" {
  description = "Project of the regions on Google Cloud."
  type        = string
}

variable "state_bucket" {
  description = "Name of the bucket of Terraform's state, unlike any other in the world."
  type        = string
}

variable "repository" {
  description = "GitHub repository whose workflows may come here, owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository must be owner/name."
  }
}

variable "ci_environments" {
  description = "GitHub environments that may apply."
  type        = list(string)
  default     = ["production-europe", "production-australia", "staging-europe"]
}

variable "billing_account" {
  description = "Account that pays."
  type        = string
}

variable "monthly_usd" {
  description = "What a month may cost on Google Cloud, in US dollars."
  type        = number
}
