# Images, by digest: a tag is never moved, and what has no tag for two weeks goes.

resource "google_artifact_registry_repository" "this" {
  project       = var.project
  repository_id = var.name
  location      = var.location
  format        = "DOCKER"
  description   = "Images of Meridian"

  docker_config {
    immutable_tags = true
  }

  vulnerability_scanning_config {
    enablement_config = "INHERITED"
  }

  cleanup_policies {
    id     = "untagged"
    action = "DELETE"

    condition {
      tag_state  = "UNTAGGED"
      older_than = "14d"
    }
  }

  cleanup_policies {
    id     = "newest"
    action = "KEEP"

    most_recent_versions {
      keep_count = 100
    }
  }
}
