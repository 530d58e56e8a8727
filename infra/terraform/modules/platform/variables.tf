variable "cloud" {
  description = "Where the cluster runs: aws or gcp."
  type        = string

  validation {
    condition     = contains(["aws", "gcp"], var.cloud)
    error_message = "cloud must be aws or gcp."
  }
}

variable "cluster_name" {
  description = "Name of the cluster, which is also that of its interruption queue's prefix."
  type        = string
}
