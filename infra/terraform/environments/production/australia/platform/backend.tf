terraform {
  backend "gcs" {
    prefix = "production/australia/platform"
  }
}
