terraform {
  backend "s3" {
    key          = "production/us-east/platform.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}
