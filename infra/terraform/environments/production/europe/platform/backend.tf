terraform {
  backend "gcs" {
    prefix = "production/europe/platform"
  }
}
