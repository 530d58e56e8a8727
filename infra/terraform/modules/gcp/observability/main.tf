# Where metrics and logs of a region go, as modules/aws/observability.

resource "google_logging_project_bucket_config" "nodes" {
  project        = var.project
  location       = var.region
  bucket_id      = var.name
  retention_days = var.log_retention_days
}

resource "google_logging_project_sink" "nodes" {
  project                = var.project
  name                   = var.name
  destination            = "logging.googleapis.com/${google_logging_project_bucket_config.nodes.id}"
  filter                 = "resource.type=\"k8s_container\" AND resource.labels.cluster_name=\"${var.name}\""
  unique_writer_identity = true
}

resource "google_service_account" "prometheus" {
  project      = var.project
  account_id   = "${substr(var.name, 0, 22)}-prom"
  display_name = "Prometheus of ${var.name}"
}

resource "google_project_iam_member" "prometheus" {
  project = var.project
  role    = "roles/monitoring.metricWriter"
  member  = google_service_account.prometheus.member
}

resource "google_service_account_iam_member" "prometheus" {
  service_account_id = google_service_account.prometheus.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.workload_pool}[observability/prometheus]"
}

resource "google_monitoring_notification_channel" "email" {
  project      = var.project
  display_name = "${var.name} alarms"
  type         = "email"
  labels       = { email_address = var.alert_email }
}

resource "google_monitoring_alert_policy" "redis" {
  for_each = {
    memory = { metric = "stats/memory/system_memory_usage_ratio", threshold = 0.7, what = "memory: more memory_gib is due" }
    cpu    = { metric = "stats/cpu_utilization_main_thread", threshold = 0.7, what = "the core that runs scripts: split the region" }
  }

  project               = var.project
  display_name          = "${var.name} redis ${each.key}"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.email.id]

  conditions {
    display_name = each.value.what

    condition_threshold {
      filter          = "resource.type=\"redis_instance\" AND resource.labels.instance_id=monitoring.regex.full_match(\".*${var.redis_name}\") AND metric.type=\"redis.googleapis.com/${each.value.metric}\""
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.threshold
      duration        = "300s"

      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }
}
