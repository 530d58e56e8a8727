# What AWS would answer, where something else is made of the answer.

mock_data "aws_availability_zones" {
  defaults = { names = ["zone-a", "zone-b", "zone-c", "zone-d"] }
}

mock_data "aws_caller_identity" {
  defaults = { account_id = "123456789012" }
}

mock_data "aws_region" {
  defaults = { region = "us-east-1" }
}

mock_data "aws_route53_zone" {
  defaults = { zone_id = "Z0123456789" }
}

mock_resource "aws_eks_cluster" {
  defaults = {
    arn                   = "arn:aws:eks:us-east-1:123456789012:cluster/meridian"
    certificate_authority = [{ data = "bW9jaw==" }]
    vpc_config            = { cluster_security_group_id = "sg-0123456789" }
  }
}

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::123456789012:role/mock" }
}

mock_resource "aws_acm_certificate" {
  defaults = {
    domain_validation_options = [{
      domain_name           = "mock.play.example.com"
      resource_record_name  = "_mock.play.example.com."
      resource_record_type  = "CNAME"
      resource_record_value = "_mock.acm-validations.aws."
    }]
  }
}
