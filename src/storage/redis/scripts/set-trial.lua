-- A room is being loaded (began), or has run for a while (ended), which also clears its name.
--
-- KEYS  owners
-- ARGV  room, node, epoch, 'began' | 'ended'
-- Reply 1; 0 when the room is not the node's under that epoch
--
-- Atomic: the trial is the owner's, and its successor's deaths are not ours to forget.

-- include: room-index

local room, node = ARGV[1], ARGV[2]
local owner, epoch = owner_of(room)
if owner ~= node or epoch ~= tonumber(ARGV[3]) then return 0 end
if ARGV[4] == 'began' then
  redis.call('SADD', TAG .. 'trial:' .. node, room)
else
  redis.call('SREM', TAG .. 'trial:' .. node, room)
  redis.call('HDEL', DEATHS, room)
end
return 1
