variable "cloud" {
  description = "aws or gcp, as the region's own root has it."
  type        = string
  default     = null
}

variable "gcp_project" {
  description = "Project of the regions on Google Cloud."
  type        = string
  default     = null
}
