output "region" {
  description = "What other roots and pipelines need to know of the region."
  value = {
    name             = module.region.name
    cloud            = local.cloud
    cluster          = module.region.cluster
    gateway          = module.region.gateway
    addresses_out    = module.region.addresses_out
    redis_secret     = module.region.redis_secret
    remote_write_url = module.region.remote_write_url
  }
}
