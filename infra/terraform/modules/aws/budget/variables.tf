variable "name" {
  description = "Name of the budget."
  type        = string
}

variable "environment" {
  description = "Value of the tag `environment` whose costs count."
  type        = string
}

variable "monthly_usd" {
  description = "What a month may cost, in US dollars."
  type        = number

  validation {
    condition     = var.monthly_usd > 0
    error_message = "monthly_usd must be more than nothing."
  }
}

variable "alert_email" {
  description = "Who is told."
  type        = string
}
