output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Address range of the network."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Subnets of load balancers, one a zone."
  value       = [for zone in var.zones : aws_subnet.public[zone].id]
}

output "private_subnet_ids" {
  description = "Subnets of everything else, one a zone."
  value       = [for zone in var.zones : aws_subnet.private[zone].id]
}

output "nat_addresses" {
  description = "Addresses the region is seen under from outside: for the allow-lists of other regions and of MongoDB Atlas."
  value       = [for address in aws_eip.nat : address.public_ip]
}
