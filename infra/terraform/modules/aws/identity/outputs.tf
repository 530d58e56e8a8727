output "role_arns" {
  description = "Roles of CI: plan, apply, push."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}
