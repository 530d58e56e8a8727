terraform {
  backend "s3" {
    key          = "staging/us-east.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}
