-- Who is here, at one moment.
--
-- KEYS  1 {meridian}:nodes
-- ARGV  1, 2 what stands before a node's id in the keys lease and silent
-- Reply flat {id, lease JSON or '', what is left of the lease in ms, 1 when it was silent lately} × n.
--
-- Atomic, because a node that is declared dead between two of the reads would look like a suspect. The keys of a node are
-- not in KEYS, they follow from the set; they carry its hash tag, so they are in its slot.

local reply = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local lease = ARGV[1] .. id
  reply[#reply + 1] = id
  reply[#reply + 1] = redis.call('GET', lease) or ''
  reply[#reply + 1] = redis.call('PTTL', lease)
  reply[#reply + 1] = redis.call('EXISTS', ARGV[2] .. id)
end
return reply
