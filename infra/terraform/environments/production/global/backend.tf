terraform {
  backend "s3" {
    key          = "production/global.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}
