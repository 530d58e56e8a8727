variable "name" {
  description = "Name of the budget."
  type        = string
}

variable "billing_account" {
  description = "Account that pays."
  type        = string
}

variable "project_number" {
  description = "Number of the project whose costs count."
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
