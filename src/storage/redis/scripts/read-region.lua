-- Who is here, at one moment.
--
-- KEYS  1 {meridian}:nodes
-- ARGV  1 what stands before a node's id in the key of its lease
-- Reply flat {id, lease JSON or '', what is left of the lease in ms} × n.
--
-- Atomic, because a node that is declared dead between the two reads would look like a suspect. The keys of the leases are
-- not in KEYS, they follow from the set; they carry its hash tag, so they are in its slot.

local reply = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local key = ARGV[1] .. id
  reply[#reply + 1] = id
  reply[#reply + 1] = redis.call('GET', key) or ''
  reply[#reply + 1] = redis.call('PTTL', key)
end
return reply
