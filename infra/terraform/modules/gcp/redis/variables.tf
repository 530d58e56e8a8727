variable "name" {
  description = "Name of the instance and prefix of what belongs to it."
  type        = string
}

variable "project" {
  description = "Project that it is in."
  type        = string
}

variable "region" {
  description = "Region of the instance."
  type        = string
}

variable "network_id" {
  description = "Network it is reached from."
  type        = string
}

variable "services_connection" {
  description = "Peering of that network with Google's services; the instance waits for it."
  type        = string
}

variable "memory_gib" {
  description = "Memory, in GiB."
  type        = number

  validation {
    condition     = var.memory_gib >= 5 && var.memory_gib <= 300
    error_message = "memory_gib must be 5 to 300: read replicas need 5."
  }
}

variable "replicas" {
  description = "Copies in other zones that one takes over from."
  type        = number
  default     = 2

  validation {
    condition     = var.replicas >= 1 && var.replicas <= 5
    error_message = "replicas must be 1 to 5: without one, the loss of a zone is the loss of the region's rooms."
  }
}
