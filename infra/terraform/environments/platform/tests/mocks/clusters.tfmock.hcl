# Clusters as their clouds describe them.

mock_data "aws_eks_cluster" {
  defaults = {
    endpoint              = "https://cluster.eks.example.com"
    certificate_authority = [{ data = "bW9jaw==" }]
  }
}

mock_data "google_container_cluster" {
  defaults = {
    endpoint    = "10.0.0.2"
    master_auth = [{ cluster_ca_certificate = "bW9jaw==" }]
  }
}
