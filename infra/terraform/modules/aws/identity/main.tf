# Who CI is. No key is kept anywhere: GitHub vouches for a workflow, and the workflow's branch or environment decides which role it gets.
#
#   pull request ─▶ plan: reads        main, in an environment with reviewers ─▶ apply        main ─▶ push images

locals {
  issuer = "token.actions.githubusercontent.com"

  subjects = {
    plan  = ["repo:${var.repository}:pull_request", "repo:${var.repository}:ref:refs/heads/main"]
    apply = [for environment in var.environments : "repo:${var.repository}:environment:${environment}"]
    push  = ["repo:${var.repository}:ref:refs/heads/main"]
  }
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "this" {
  for_each = local.subjects

  name                 = "${var.name}-ci-${each.key}"
  max_session_duration = 3600
  permissions_boundary = var.boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = each.value
        }
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "plan" {
  role       = aws_iam_role.this["plan"].name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

# An apply makes networks, clusters, roles: it needs much, and the boundary says what it never gets.
resource "aws_iam_role_policy_attachment" "apply" {
  role       = aws_iam_role.this["apply"].name
  policy_arn = "arn:aws:iam::aws:policy/PowerUserAccess"
}

resource "aws_iam_role_policy" "apply_roles" {
  name = "roles-within-the-boundary"
  role = aws_iam_role.this["apply"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "MakeRolesWithBoundary"
        Effect   = "Allow"
        Action   = ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"]
        Resource = "arn:aws:iam::${data.aws_caller_identity.this.account_id}:role/${var.name}-*"
        Condition = {
          StringEquals = { "iam:PermissionsBoundary" = var.boundary_arn }
        }
      },
      {
        Sid    = "TendRoles"
        Effect = "Allow"
        Action = [
          "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:GetRole", "iam:GetRolePolicy",
          "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies", "iam:PassRole",
          "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy",
        ]
        Resource = "arn:aws:iam::${data.aws_caller_identity.this.account_id}:role/${var.name}-*"
      },
    ]
  })
}

resource "aws_iam_role_policy" "state" {
  for_each = toset(["plan", "apply"])

  name = "terraform-state"
  role = aws_iam_role.this[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "FindTheState"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = var.state_bucket_arn
      },
      {
        # A plan takes the lock as well; it writes nothing else.
        Sid      = "Lock"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        Resource = "${var.state_bucket_arn}/*.tflock"
      },
      {
        Sid      = "State"
        Effect   = "Allow"
        Action   = each.key == "apply" ? ["s3:GetObject", "s3:PutObject"] : ["s3:GetObject"]
        Resource = "${var.state_bucket_arn}/*.tfstate"
      },
      {
        Sid      = "Key"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = var.state_kms_key_arn
      },
    ]
  })
}

resource "aws_iam_role_policy" "push" {
  name = "push-images"
  role = aws_iam_role.this["push"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # The token is of the whole registry, by ECR's design; what it may be used for is below.
        Sid      = "SignIn"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid    = "Push"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:GetDownloadUrlForLayer",
          "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
        ]
        Resource = var.registry_arn
      },
    ]
  })
}

data "aws_caller_identity" "this" {}
