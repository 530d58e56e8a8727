terraform {
  backend "s3" {
    key          = "production/us-west.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}
