output "host" {
  description = "Host that players connect to."
  value       = var.host
}

output "target_group_arn" {
  description = "Target group that the gateway's pods register with (TargetGroupBinding)."
  value       = aws_lb_target_group.this.arn
}

output "load_balancer_dns_name" {
  description = "Name of the balancer, for records that spread players over regions."
  value       = aws_lb.this.dns_name
}

output "load_balancer_zone_id" {
  description = "Zone of that name."
  value       = aws_lb.this.zone_id
}
