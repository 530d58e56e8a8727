# What everything else on AWS needs before it can be applied: where state is, who CI is, where images are, and what a month may cost.

terraform {
  required_version = "~> 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
  }
}

provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { project = "meridian", environment = "bootstrap", region = "global" }
  }
}

module "state" {
  source = "../../../modules/aws/state"

  name = var.state_bucket
}

module "registry" {
  source = "../../../modules/aws/registry"

  name            = "meridian"
  replica_regions = ["us-west-2", "ap-northeast-1"]
}

module "identity" {
  source = "../../../modules/aws/identity"

  name              = "meridian"
  repository        = var.repository
  environments      = var.ci_environments
  state_bucket_arn  = module.state.bucket_arn
  state_kms_key_arn = module.state.kms_key_arn
  registry_arn      = module.registry.arn
  boundary_arn      = aws_iam_policy.boundary.arn
}

# The most that CI, and whatever CI makes, can do: not touch who people are, nor who pays, nor this boundary.
resource "aws_iam_policy" "boundary" {
  name = "meridian-boundary"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "EverythingElse"
        Effect    = "Allow"
        NotAction = ["account:*", "billing:*", "organizations:*", "sso:*"]
        Resource  = "*"
      },
      {
        Sid    = "NoPeople"
        Effect = "Deny"
        Action = [
          "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateUser", "iam:DeleteRolePermissionsBoundary",
          "iam:UpdateLoginProfile",
        ]
        Resource = "*"
      },
      {
        Sid      = "NotThisBoundary"
        Effect   = "Deny"
        Action   = ["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"]
        Resource = "arn:aws:iam::*:policy/meridian-boundary"
      },
    ]
  })
}

module "budget" {
  source   = "../../../modules/aws/budget"
  for_each = var.monthly_usd

  name        = "meridian-${each.key}"
  environment = each.key
  monthly_usd = each.value
  alert_email = var.alert_email
}
