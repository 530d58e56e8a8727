-- Writes a node's rooms again after Redis was away and may have lost them.
--
-- KEYS  owners
-- ARGV  node, then for each room: room, epoch, durable (1|0), listing, buckets record, joinable (1|0)
-- Reply the rooms that are not the node's any more
--
-- Atomic: nobody may claim between the look and the write.

-- include: room-index

local node = ARGV[1]
local is_dead = redis.call('EXISTS', TAG .. 'dead:' .. node) == 1
local gone = {}
for i = 2, #ARGV, 6 do
  local room, epoch = ARGV[i], tonumber(ARGV[i + 1])
  local owner, written = owner_of(room)
  local is_lost = is_dead or redis.call('EXISTS', TAG .. 'lost:' .. room) == 1
  if is_lost or (owner and owner ~= node and written >= epoch) then
    gone[#gone + 1] = room
  elseif owner == node and written > epoch then
    -- A newer epoch of ours came in meanwhile, and with it what there is to write.
  else
    if owner and owner ~= node then
      redis.call('SREM', TAG .. 'rooms-of:' .. owner, room)
      redis.call('SREM', TAG .. 'trial:' .. owner, room)
    end
    redis.call('ZREM', ORPHANS, room)
    set_owner(room, node, epoch, ARGV[i + 2])
    redis.call('SADD', TAG .. 'rooms-of:' .. node, room)
    write_listing(room, ARGV[i + 3], ARGV[i + 4], ARGV[i + 5] == '1')
  end
end
return gone
