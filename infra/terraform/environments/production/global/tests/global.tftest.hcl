mock_provider "aws" {}

mock_provider "mongodbatlas" {}

variables {
  domain                = "play.example.com"
  atlas_organization_id = "0123456789abcdef01234567"
}

run "before_any_region" {
  command = plan

  assert {
    condition     = output.first_contact == "world.play.example.com"
    error_message = "Players would not know where to go first."
  }
}

run "with_regions_of_both_clouds" {
  command = plan

  variables {
    open_regions   = ["us-east", "europe"]
    door_addresses = { europe = "203.0.113.7" }
    addresses_out  = { "us-east 0" = "203.0.113.8", "europe 0" = "203.0.113.9" }
  }
}

run "not_for_everybody" {
  command = plan

  variables {
    addresses_out = { everybody = "0.0.0.0/0" }
  }

  expect_failures = [var.addresses_out]
}
