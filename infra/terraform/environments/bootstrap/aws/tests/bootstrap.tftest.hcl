mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  state_bucket = "example-meridian-state"
  repository   = "example/game"
  monthly_usd  = { production = 9000, staging = 500 }
  alert_email  = "operators@example.com"
}

run "roles" {
  command = apply

  assert {
    condition     = toset(keys(output.ci_roles)) == toset(["plan", "apply", "push"])
    error_message = "CI has other roles than it should."
  }
}

run "not_a_repository" {
  command = plan

  variables {
    repository = "example"
  }

  expect_failures = [var.repository]
}
