terraform {
  backend "s3" {
    key          = "production/asia/platform.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}
