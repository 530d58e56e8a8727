variable "name" {
  description = "Name of the cluster."
  type        = string
}

variable "project" {
  description = "Project that it is in."
  type        = string
}

variable "region" {
  description = "Region of the cluster; its nodes are in three zones of it."
  type        = string
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes, the same in all regions."
  type        = string
}

variable "network_id" {
  description = "Network it is in."
  type        = string
}

variable "subnetwork_id" {
  description = "Subnet of the nodes."
  type        = string
}

variable "api_allowed_cidrs" {
  description = "Who may reach the cluster's API from outside. Empty: nobody."
  type        = list(string)
  default     = []

  validation {
    condition     = !contains(var.api_allowed_cidrs, "0.0.0.0/0")
    error_message = "api_allowed_cidrs must not be the whole internet."
  }
}

variable "game_machine_type" {
  description = "Machine of game nodes."
  type        = string
  default     = "c3d-standard-8"
}

variable "most_game_nodes_per_zone" {
  description = "How far the pool of game nodes grows, in each of three zones."
  type        = number
  default     = 20
}
