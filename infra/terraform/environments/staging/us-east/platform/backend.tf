terraform {
  backend "s3" {
    key          = "staging/us-east/platform.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}
