variable "name" {
  description = "Prefix of names."
  type        = string
}

variable "project" {
  description = "Project that roles are given in."
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

variable "environments" {
  description = "GitHub environments (with their reviewers) that may apply."
  type        = list(string)
}

variable "state_bucket" {
  description = "Bucket of Terraform's state."
  type        = string
}

variable "registry_id" {
  description = "Repository that images are pushed to."
  type        = string
}
