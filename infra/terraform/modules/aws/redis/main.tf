# The region's Redis: rooms' owners, journals, tickets, presence. One primary, replicas in other zones, TLS, a user that may do what
# Meridian does and nothing that an operator does. Not the cluster mode: scripts work on keys of several slots.

resource "aws_elasticache_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.name}-redis"
  description = "Redis from the nodes of the cluster"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-redis" }
}

resource "aws_vpc_security_group_ingress_rule" "nodes" {
  security_group_id            = aws_security_group.this.id
  description                  = "Redis over TLS"
  referenced_security_group_id = var.client_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
}

resource "aws_kms_key" "this" {
  description             = "Redis of ${var.name}, and its password"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "random_password" "meridian" {
  length  = 48
  special = false
}

resource "aws_elasticache_user" "meridian" {
  user_id       = "${var.name}-meridian"
  user_name     = "meridian"
  engine        = "valkey"
  access_string = "on ~* &* +@all -@admin -@dangerous +info +keys"

  authentication_mode {
    type      = "password"
    passwords = [random_password.meridian.result]
  }
}

resource "aws_elasticache_user_group" "this" {
  user_group_id = var.name
  engine        = "valkey"
  user_ids      = [aws_elasticache_user.meridian.user_id]
}

# What is evicted is lost, and what is lost is a room: writes fail instead.
resource "aws_elasticache_parameter_group" "this" {
  name        = var.name
  family      = "valkey8"
  description = "Nothing is evicted"

  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id       = var.name
  description                = "Rooms, journals and tickets of the region"
  engine                     = "valkey"
  engine_version             = "8.0"
  node_type                  = var.node_type
  num_cache_clusters         = 1 + var.replicas
  parameter_group_name       = aws_elasticache_parameter_group.this.name
  port                       = 6379
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.this.id]
  user_group_ids             = [aws_elasticache_user_group.this.user_group_id]
  automatic_failover_enabled = true
  multi_az_enabled           = true
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  at_rest_encryption_enabled = true
  kms_key_id                 = aws_kms_key.this.arn
  snapshot_retention_limit   = 1
  final_snapshot_identifier  = "${var.name}-last"
  maintenance_window         = "tue:04:00-tue:05:00"
  notification_topic_arn     = var.alarm_topic_arn
}

resource "aws_secretsmanager_secret" "uri" {
  name        = "${var.name}/redis-uri"
  description = "REDIS_URI of the region's nodes"
  kms_key_id  = aws_kms_key.this.arn
}

resource "aws_secretsmanager_secret_version" "uri" {
  secret_id = aws_secretsmanager_secret.uri.id
  secret_string = format(
    "rediss://meridian:%s@%s:6379",
    random_password.meridian.result,
    aws_elasticache_replication_group.this.primary_endpoint_address,
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = {
    memory  = { metric = "DatabaseMemoryUsagePercentage", threshold = 70, what = "memory: a bigger node_type is due" }
    cpu     = { metric = "EngineCPUUtilization", threshold = 70, what = "the core that runs scripts: split the region" }
    dropped = { metric = "ReplicationLag", threshold = 5, what = "replicas seconds behind: a takeover would lose them" }
  }

  alarm_name          = "${var.name}-redis-${each.key}"
  alarm_description   = "Redis of ${var.name}: ${each.value.what}"
  namespace           = "AWS/ElastiCache"
  metric_name         = each.value.metric
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "breaching"
  alarm_actions       = [var.alarm_topic_arn]

  dimensions = { ReplicationGroupId = aws_elasticache_replication_group.this.id }
}
