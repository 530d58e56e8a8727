-- Writes a room's listing and its durability, as its owner has them.
--
-- KEYS  owners
-- ARGV  room, node, epoch, durable (1|0), listing, buckets record, joinable (1|0)
-- Reply 1; 0 when nobody is known to own it (Redis has lost its data); -1 when another owner or epoch does
--
-- Atomic: an owner that is not one any more must not write over its successor.

-- include: room-index

local room, node = ARGV[1], ARGV[2]
local owner, epoch = owner_of(room)
if not owner then
  return redis.call('EXISTS', TAG .. 'dead:' .. node, TAG .. 'lost:' .. room) > 0 and -1 or 0
end
if owner ~= node or epoch ~= tonumber(ARGV[3]) then return -1 end
set_owner(room, node, epoch, ARGV[4])
write_listing(room, ARGV[5], ARGV[6], ARGV[7] == '1')
return 1
