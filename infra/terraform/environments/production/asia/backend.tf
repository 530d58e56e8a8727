terraform {
  backend "s3" {
    key          = "production/asia.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}
