output "name" {
  description = "Name of the cluster."
  value       = aws_eks_cluster.this.name
}

output "arn" {
  description = "ARN of the cluster."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "Address of the cluster's API."
  value       = aws_eks_cluster.this.endpoint
}

output "certificate_authority" {
  description = "Certificate that the API's own is signed with, base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "security_group_id" {
  description = "Security group that EKS gives to every node."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "pod_identity_trust" {
  description = "Trust policy of roles for pods."
  value       = local.pod_identity_trust
}

output "node_role_name" {
  description = "Role that nodes run with; Karpenter's node class names it."
  value       = aws_iam_role.node.name
}

output "interruption_queue_name" {
  description = "Queue from which Karpenter hears of interruptions."
  value       = aws_sqs_queue.interruptions.name
}

output "kms_key_arn" {
  description = "Key of the cluster's secrets and volumes."
  value       = aws_kms_key.this.arn
}
