# A region of Meridian, on either cloud: which one is a variable, and what comes out has the same shape.

locals {
  name = "meridian-${var.environment}-${var.region}"
}

module "aws" {
  source = "../aws/region"
  count  = var.cloud == "aws" ? 1 : 0

  name               = local.name
  settings           = var.settings
  zone_id            = var.aws.zone_id
  admin_role_arns    = var.aws.admin_role_arns
  deployer_role_arns = var.aws.deployer_role_arns
}

module "gcp" {
  source = "../gcp/region"
  count  = var.cloud == "gcp" ? 1 : 0

  name     = local.name
  settings = var.settings
  project  = var.gcp.project
}

locals {
  # Both clouds' modules have the same outputs, and one of them is there.
  built = one(concat(module.aws, module.gcp))
}
