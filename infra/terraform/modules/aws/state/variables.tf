variable "name" {
  description = "Name of the bucket, unlike any other in the world."
  type        = string
}
