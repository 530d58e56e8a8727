-- Hands a room from one live node to another, epoch + 1.
--
-- KEYS  owners
-- ARGV  room, from, epoch, to, head of the listing
-- Reply {epoch, deaths, durable, listing}; nil when the room is not from's under that epoch, or the taker was declared dead
--
-- Atomic: there is no moment with two owners, or none.

-- include: room-index

local room, from, to = ARGV[1], ARGV[2], ARGV[4]
local owner, epoch, durable = owner_of(room)
if owner ~= from or epoch ~= tonumber(ARGV[3]) then return nil end
if redis.call('EXISTS', TAG .. 'dead:' .. to) == 1 then return nil end
local listing = hand_over(room, from, to, epoch + 1, durable, ARGV[5])
if not listing then return nil end
return { epoch + 1, tonumber(redis.call('HGET', DEATHS, room) or '0'), durable, listing }
