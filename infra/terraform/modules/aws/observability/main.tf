# Where metrics and logs of a region go. Prometheus in the cluster scrapes and alerts; what is kept for months goes to the workspace.

resource "aws_kms_key" "topic" {
  description             = "Alarms of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Owner"
        Effect    = "Allow"
        Action    = "kms:*"
        Resource  = "*"
        Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.this.account_id}:root" }
      },
      {
        Sid       = "Alarms"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Principal = { Service = ["cloudwatch.amazonaws.com", "elasticache.amazonaws.com"] }
      },
    ]
  })
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = aws_kms_key.topic.id
}

resource "aws_sns_topic_subscription" "email" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alert_email
}

resource "aws_prometheus_workspace" "this" {
  alias = var.name
}

resource "aws_cloudwatch_log_group" "nodes" {
  name              = "/meridian/${var.name}/nodes"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "writer" {
  for_each = local.writers

  name               = "${var.name}-${each.key}"
  assume_role_policy = var.pod_identity_trust
}

locals {
  writers = {
    prometheus = {
      action   = "aps:RemoteWrite"
      resource = aws_prometheus_workspace.this.arn
    }
    logs = {
      action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      resource = "${aws_cloudwatch_log_group.nodes.arn}:*"
    }
  }
}

resource "aws_iam_role_policy" "writer" {
  for_each = local.writers

  name = "write"
  role = aws_iam_role.writer[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = each.value.action
      Resource = each.value.resource
    }]
  })
}

resource "aws_eks_pod_identity_association" "writer" {
  for_each = aws_iam_role.writer

  cluster_name    = var.cluster_name
  namespace       = "observability"
  service_account = each.key
  role_arn        = each.value.arn
}

data "aws_caller_identity" "this" {}
