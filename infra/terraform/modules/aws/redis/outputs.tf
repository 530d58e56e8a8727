output "secret_arn" {
  description = "Secret with REDIS_URI."
  value       = aws_secretsmanager_secret.uri.arn
}

output "secret_name" {
  description = "Name of that secret, for External Secrets."
  value       = aws_secretsmanager_secret.uri.name
}

output "kms_key_arn" {
  description = "Key that the secret is encrypted with."
  value       = aws_kms_key.this.arn
}
