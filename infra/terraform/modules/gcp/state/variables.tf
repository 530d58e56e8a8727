variable "name" {
  description = "Name of the bucket, unlike any other in the world."
  type        = string
}

variable "project" {
  description = "Project that it is in."
  type        = string
}

variable "location" {
  description = "Region or multi-region of the bucket."
  type        = string
}
