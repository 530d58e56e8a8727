# Names of the world. A player's first request goes to the nearest region that answers; the SDK measures all of them and decides for
# itself from then on.

resource "aws_route53_zone" "this" {
  name = var.domain
}

resource "aws_route53_record" "host" {
  for_each = { for region, door in var.doors : region => door.address if door.address != null }

  zone_id = aws_route53_zone.this.zone_id
  name    = "${each.key}.${var.domain}"
  type    = "A"
  records = [each.value]
  ttl     = 60
}

resource "aws_route53_health_check" "this" {
  for_each = var.doors

  type              = "HTTPS"
  fqdn              = "${each.key}.${var.domain}"
  port              = 443
  resource_path     = "/ready"
  request_interval  = 10
  failure_threshold = 3

  tags = { Name = each.key }
}

resource "aws_route53_record" "nearest" {
  for_each = var.doors

  zone_id = aws_route53_zone.this.zone_id
  # Not the zone itself: its top cannot be an alias of another name.
  name            = "world.${var.domain}"
  type            = "CNAME"
  records         = ["${each.key}.${var.domain}"]
  ttl             = 60
  set_identifier  = each.key
  health_check_id = aws_route53_health_check.this[each.key].id

  latency_routing_policy {
    region = each.value.latency_region
  }
}
