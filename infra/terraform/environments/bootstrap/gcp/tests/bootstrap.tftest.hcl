mock_provider "google" {}

variables {
  project         = "example"
  state_bucket    = "example-meridian-state"
  repository      = "example/game"
  billing_account = "012345-6789AB-CDEF01"
  monthly_usd     = 6000
}

run "accounts" {
  command = apply

  assert {
    condition     = toset(keys(output.ci.accounts)) == toset(["plan", "apply", "push"])
    error_message = "CI has other accounts than it should."
  }
}

run "not_a_repository" {
  command = plan

  variables {
    repository = "example"
  }

  expect_failures = [var.repository]
}
