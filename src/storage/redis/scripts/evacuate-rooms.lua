-- Makes rooms of a region that is down orphans here: whoever has room for them claims them, as after the death of a node.
--
-- KEYS  owners
-- ARGV  region, most rooms, ms for which the region must not have asked for its rooms (release-copies), until when this may be done (ms)
-- Reply {rooms that are left (-1: the region has asked for them of late, or it is too late for this), rooms that became orphans}
--
-- The epoch goes up by a thousand: the region may have gone up a few times since it was copied. A copy of a room that was evacuated
-- before, or that lives here, is dropped.
--
-- Atomic: a room is claimed or given back, never both.

-- include: room-index

local EPOCHS_AHEAD = 1000
local TOMBSTONE_MS = 604800000

local region, most = ARGV[1], tonumber(ARGV[2])
local COPIES = TAG .. 'copies-of:' .. region

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local asked = redis.call('HGET', TAG .. 'copies-asked:' .. region, '@')
if now > tonumber(ARGV[4]) then return { -1, 0 } end
if asked and now - tonumber(asked) < tonumber(ARGV[3]) then return { -1, 0 } end

local function is_known(room, epoch)
  if owner_of(room) then return true end
  local evacuated = redis.call('GET', TAG .. 'evacuated:' .. region .. ':' .. room)
  return evacuated and tonumber(evacuated) > epoch
end

local count = 0
for _, room in ipairs(redis.call('HRANDFIELD', COPIES, most)) do
  local epoch, listing, record = string.match(redis.call('HGET', COPIES, room), '^(%d+)\n([^\n]*)\n(.*)$')
  redis.call('HDEL', COPIES, room)
  if epoch and not is_known(room, tonumber(epoch)) then
    local next_epoch = tonumber(epoch) + EPOCHS_AHEAD
    redis.call('SET', TAG .. 'evacuated:' .. region .. ':' .. room, string.format('%d', next_epoch), 'PX', TOMBSTONE_MS)
    redis.call('DEL', TAG .. 'lost:' .. room)
    redis.call('HSET', ROOMS, room, listing)
    redis.call('HSET', BUCKETS, room, record)
    set_owner(room, '-', next_epoch, '1')
    redis.call('ZADD', ORPHANS, 0, room)
    count = count + 1
  end
end
return { redis.call('HLEN', COPIES), count }
