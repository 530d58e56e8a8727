variable "name" {
  description = "Prefix of names."
  type        = string
}

variable "host" {
  description = "Host that players connect to, e.g. us-east.play.example.com."
  type        = string
}

variable "zone_id" {
  description = "Route 53 zone of the host."
  type        = string
}

variable "vpc_id" {
  description = "Network of the region."
  type        = string
}

variable "subnet_ids" {
  description = "Public subnets, one a zone."
  type        = list(string)
}

variable "node_security_group_id" {
  description = "Security group of the nodes that the gateway's pods run on."
  type        = string
}

variable "gateway_port" {
  description = "Port of the gateway's pods."
  type        = number
  default     = 8443
}
