variable "name" {
  description = "Name of the repository."
  type        = string
}

variable "project" {
  description = "Project that it is in."
  type        = string
}

variable "location" {
  description = "Region or multi-region of the images, e.g. europe."
  type        = string
}
