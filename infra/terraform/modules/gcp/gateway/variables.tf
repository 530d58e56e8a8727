variable "name" {
  description = "Prefix of names."
  type        = string
}

variable "project" {
  description = "Project that everything is in."
  type        = string
}

variable "region" {
  description = "Region of the address."
  type        = string
}

variable "host" {
  description = "Host that players connect to, e.g. europe.play.example.com."
  type        = string
}
