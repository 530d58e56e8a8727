output "alarm_topic_arn" {
  description = "SNS topic of the region's alarms."
  value       = aws_sns_topic.alarms.arn
}

output "remote_write_url" {
  description = "Where Prometheus writes what is kept for months."
  value       = "${aws_prometheus_workspace.this.prometheus_endpoint}api/v1/remote_write"
}

output "log_group_name" {
  description = "Log group of the nodes."
  value       = aws_cloudwatch_log_group.nodes.name
}
