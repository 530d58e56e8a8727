terraform {
  backend "gcs" {
    prefix = "staging/europe"
  }
}
