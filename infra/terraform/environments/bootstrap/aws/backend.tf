# The first apply has nowhere to keep its state: comment this out, apply, put it back and `terraform init -migrate-state`.
terraform {
  backend "s3" {
    key          = "bootstrap/aws.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}
