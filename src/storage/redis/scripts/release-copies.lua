-- A region that was cut off, or has just started, asks which of its rooms live here by now. The others are its own; copies of
-- those that nobody plays there, or the node that asks, are taken back, and nothing of that region is evacuated for a while.
--
-- KEYS  owners
-- ARGV  region, node that asks, its mark for copy-rooms, then {room, epoch, whether to take its copy back (1|0)} × n
-- Reply {room, epoch under which it lives here} × n, of those that were evacuated
--
-- Atomic: a room is claimed or given back, never both.

-- include: room-index

local region = ARGV[1]
local time = redis.call('TIME')
local ASKED = TAG .. 'copies-asked:' .. region
redis.call('HSET', ASKED, '@', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), ARGV[2], ARGV[3])
-- Nodes come and go.
redis.call('PEXPIRE', ASKED, 604800000)
local gone = {}
for at = 4, #ARGV, 3 do
  local room, epoch = ARGV[at], tonumber(ARGV[at + 1])
  local evacuated = tonumber(redis.call('GET', TAG .. 'evacuated:' .. region .. ':' .. room) or '0')
  local owner, owned = owner_of(room)
  if owner then evacuated = math.max(evacuated, owned) end
  if evacuated >= epoch then
    gone[#gone + 1] = room
    gone[#gone + 1] = evacuated
  elseif ARGV[at + 2] == '1' then
    redis.call('HDEL', TAG .. 'copies-of:' .. region, room)
  end
end
return gone
