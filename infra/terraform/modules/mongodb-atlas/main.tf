# Profiles, sharded by home region: a zone for each region, its data on disks in that region. `meridian db shard` makes the zones' ranges
# (docs/guides/mongodb.md); Atlas scales size and disks by itself within bounds.

resource "mongodbatlas_project" "this" {
  name   = var.name
  org_id = var.organization_id

  is_performance_advisor_enabled = true
}

resource "mongodbatlas_advanced_cluster" "this" {
  project_id                     = mongodbatlas_project.this.id
  name                           = var.name
  cluster_type                   = "GEOSHARDED"
  mongo_db_major_version         = "8.0"
  backup_enabled                 = true
  pit_enabled                    = true
  termination_protection_enabled = true

  advanced_configuration {
    minimum_enabled_tls_protocol = "TLS1_2"
  }

  # `db shard` decides where players' data is; Atlas must not have an opinion of its own.
  global_cluster_self_managed_sharding = true

  dynamic "replication_specs" {
    for_each = var.zones

    content {
      zone_name = replication_specs.key

      region_configs {
        provider_name = replication_specs.value.provider
        region_name   = replication_specs.value.region
        priority      = 7

        electable_specs {
          instance_size = var.least_size
          node_count    = 3
        }

        auto_scaling {
          compute_enabled            = true
          compute_scale_down_enabled = true
          compute_min_instance_size  = var.least_size
          compute_max_instance_size  = var.most_size
          disk_gb_enabled            = true
        }
      }
    }
  }

  lifecycle {
    # Autoscaling has changed it since.
    ignore_changes = [replication_specs[0].region_configs[0].electable_specs[0].instance_size]
  }
}

resource "mongodbatlas_cloud_backup_schedule" "this" {
  project_id   = mongodbatlas_project.this.id
  cluster_name = mongodbatlas_advanced_cluster.this.name

  restore_window_days = 7

  policy_item_daily {
    frequency_interval = 1
    retention_unit     = "days"
    retention_value    = 14
  }
}

resource "mongodbatlas_project_ip_access_list" "this" {
  for_each = var.allowed_addresses

  project_id = mongodbatlas_project.this.id
  ip_address = each.value
  comment    = each.key
}

resource "mongodbatlas_auditing" "this" {
  project_id                  = mongodbatlas_project.this.id
  enabled                     = true
  audit_authorization_success = false
  audit_filter                = jsonencode({ atype = { "$in" = ["authCheck", "createUser", "dropCollection", "dropDatabase"] } })
}
