variable "name" {
  description = "Name of the repository."
  type        = string
}

variable "replica_regions" {
  description = "AWS regions that images are copied to."
  type        = list(string)
  default     = []
}
