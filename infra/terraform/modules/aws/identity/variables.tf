variable "name" {
  description = "Prefix of names."
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
  description = "GitHub environments (with their reviewers) that may apply, e.g. production-us-east."
  type        = list(string)
}

variable "state_bucket_arn" {
  description = "Bucket of Terraform's state."
  type        = string
}

variable "state_kms_key_arn" {
  description = "Key of that bucket."
  type        = string
}

variable "registry_arn" {
  description = "Repository that images are pushed to."
  type        = string
}

variable "boundary_arn" {
  description = "Permissions boundary: what an apply may give at most, to itself and to what it makes."
  type        = string
}
