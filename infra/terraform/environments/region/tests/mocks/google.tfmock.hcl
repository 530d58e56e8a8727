# What Google Cloud would answer, where something else is made of the answer.

mock_data "google_project" {
  defaults = { number = "123456789012" }
}

mock_resource "google_container_cluster" {
  defaults = {
    endpoint    = "10.0.0.2"
    master_auth = { cluster_ca_certificate = "bW9jaw==" }
  }
}

mock_resource "google_redis_instance" {
  defaults = {
    host            = "10.0.0.3"
    port            = 6378
    server_ca_certs = [{ cert = "mock" }]
  }
}
