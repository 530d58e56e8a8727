terraform {
  backend "s3" {
    key          = "production/us-east.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}
