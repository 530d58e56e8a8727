# One region on AWS: network, cluster, Redis, door, and where its metrics and logs go.

locals {
  # The smallest machine that holds so much: (GiB, type).
  cache_sizes = [
    { gib = 3, type = "cache.m7g.large" },
    { gib = 12, type = "cache.r7g.large" },
    { gib = 25, type = "cache.r7g.xlarge" },
    { gib = 52, type = "cache.r7g.2xlarge" },
  ]
  fitting_caches = [for size in local.cache_sizes : size.type if size.gib >= var.settings.cache_gib]
}

data "aws_availability_zones" "this" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

module "network" {
  source = "../network"

  name               = var.name
  cidr               = var.settings.cidr
  zones              = slice(sort(data.aws_availability_zones.this.names), 0, 3)
  has_nat_per_zone   = !var.settings.is_small
  log_retention_days = var.settings.log_retention_days
}

module "cluster" {
  source = "../cluster"

  name               = var.name
  kubernetes_version = var.settings.kubernetes_version
  subnet_ids         = module.network.private_subnet_ids
  api_allowed_cidrs  = var.settings.api_allowed_cidrs
  admin_role_arns    = var.admin_role_arns
  deployer_role_arns = var.deployer_role_arns
  log_retention_days = var.settings.log_retention_days
}

module "observability" {
  source = "../observability"

  name               = var.name
  cluster_name       = module.cluster.name
  pod_identity_trust = module.cluster.pod_identity_trust
  alert_email        = var.settings.alert_email
  log_retention_days = var.settings.log_retention_days
}

module "redis" {
  source = "../redis"

  name                     = var.name
  vpc_id                   = module.network.vpc_id
  subnet_ids               = module.network.private_subnet_ids
  client_security_group_id = module.cluster.security_group_id
  node_type                = local.fitting_caches[0]
  replicas                 = var.settings.is_small ? 1 : 2
  alarm_topic_arn          = module.observability.alarm_topic_arn
}

module "gateway" {
  source = "../gateway"

  name                   = var.name
  host                   = var.settings.host
  zone_id                = var.zone_id
  vpc_id                 = module.network.vpc_id
  subnet_ids             = module.network.public_subnet_ids
  node_security_group_id = module.cluster.security_group_id
}

# Pods get the region's secrets by External Secrets, which may read these and no others.
resource "aws_iam_role" "secrets" {
  name               = "${var.name}-secrets"
  assume_role_policy = module.cluster.pod_identity_trust
}

resource "aws_iam_role_policy" "secrets" {
  name = "read-own-secrets"
  role = aws_iam_role.secrets.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
        Resource = "arn:aws:secretsmanager:*:${data.aws_caller_identity.this.account_id}:secret:${var.name}/*"
      },
      {
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = module.redis.kms_key_arn
      },
    ]
  })
}

resource "aws_eks_pod_identity_association" "secrets" {
  cluster_name    = module.cluster.name
  namespace       = "external-secrets"
  service_account = "external-secrets"
  role_arn        = aws_iam_role.secrets.arn
}

data "aws_caller_identity" "this" {}
