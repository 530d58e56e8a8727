# The door of a region: one host, wss on 443. A network balancer hands connections to the gateway's pods, which know the way to each
# node (infra/kubernetes/base/gateway). Nothing else of the region can be reached from outside.

resource "aws_lb" "this" {
  name                             = substr(var.name, 0, 32)
  load_balancer_type               = "network"
  subnets                          = var.subnet_ids
  security_groups                  = [aws_security_group.this.id]
  enable_cross_zone_load_balancing = true
  enable_deletion_protection       = true

  access_logs {
    bucket  = aws_s3_bucket.logs.id
    enabled = true
  }

  depends_on = [aws_s3_bucket_policy.logs]
}

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "${substr(var.name, 0, 28)}-access-"
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket = aws_s3_bucket.logs.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# Load balancers write to buckets with S3's own keys only.
resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = 30
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Balancer"
        Effect    = "Allow"
        Action    = "s3:PutObject"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Resource  = "${aws_s3_bucket.logs.arn}/AWSLogs/${data.aws_caller_identity.this.account_id}/*"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = data.aws_caller_identity.this.account_id
            "s3:x-amz-acl"      = "bucket-owner-full-control"
          }
        }
      },
      {
        Sid       = "BalancerLooks"
        Effect    = "Allow"
        Action    = "s3:GetBucketAcl"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Resource  = aws_s3_bucket.logs.arn
        Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } }
      },
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Action    = "s3:*"
        Principal = "*"
        Resource  = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

data "aws_caller_identity" "this" {}

resource "aws_security_group" "this" {
  name        = "${var.name}-gateway"
  description = "Players, over TLS"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-gateway" }
}

resource "aws_vpc_security_group_ingress_rule" "players" {
  security_group_id = aws_security_group.this.id
  description       = "Players are anywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "gateway" {
  security_group_id            = aws_security_group.this.id
  description                  = "To the gateway's pods"
  referenced_security_group_id = var.node_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = var.gateway_port
  to_port                      = var.gateway_port
}

resource "aws_vpc_security_group_ingress_rule" "gateway" {
  security_group_id            = var.node_security_group_id
  description                  = "From the balancer to the gateway's pods"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = var.gateway_port
  to_port                      = var.gateway_port
}

resource "aws_lb_target_group" "this" {
  name        = substr("${var.name}-gw", 0, 32)
  vpc_id      = var.vpc_id
  target_type = "ip"
  protocol    = "TCP"
  port        = var.gateway_port

  # A gateway that goes away keeps its sockets for as long as matches last.
  deregistration_delay   = 3600
  connection_termination = false
  preserve_client_ip     = "false"
  # So the gateway knows players' addresses, which limits go by.
  proxy_protocol_v2 = true

  health_check {
    protocol            = "HTTP"
    path                = "/live"
    port                = "8080"
    interval            = 5
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

# TLS ends here; the way on to the gateway's pods is inside the network, and only the balancer may take it.
resource "aws_lb_listener" "tls" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "TLS"
  certificate_arn   = aws_acm_certificate_validation.this.certificate_arn
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

resource "aws_acm_certificate" "this" {
  domain_name       = var.host
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # One host, so one answer to give.
  validation = one(aws_acm_certificate.this.domain_validation_options)
}

resource "aws_route53_record" "validation" {
  zone_id = var.zone_id
  name    = local.validation.resource_record_name
  type    = local.validation.resource_record_type
  records = [local.validation.resource_record_value]
  ttl     = 300
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [aws_route53_record.validation.fqdn]
}

resource "aws_route53_record" "host" {
  zone_id = var.zone_id
  name    = var.host
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = true
  }
}
