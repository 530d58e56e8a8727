output "host" {
  description = "Host that players connect to."
  value       = var.host
}

output "target_group_arn" {
  description = "Target group that the gateway's pods register with (TargetGroupBinding)."
  value       = aws_lb_target_group.this.arn
}
