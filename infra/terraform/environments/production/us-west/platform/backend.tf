terraform {
  backend "s3" {
    key          = "production/us-west/platform.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}
