variable "name" {
  description = "Name of the replication group and prefix of what belongs to it."
  type        = string
}

variable "vpc_id" {
  description = "Network it is in."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, one a zone."
  type        = list(string)
}

variable "client_security_group_id" {
  description = "Security group of the nodes that may connect."
  type        = string
}

variable "node_type" {
  description = "Machine of each node. Redis runs its scripts on one core: a bigger one brings memory and network, not more scripts a second."
  type        = string
  default     = "cache.r7g.large"
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

variable "alarm_topic_arn" {
  description = "SNS topic that alarms go to."
  type        = string
}
