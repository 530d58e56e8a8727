-- The journal of a room that ended.
--
-- KEYS  1 meridian:journal:{<room>}
-- ARGV  1 epoch under which it ended
-- Reply 1 when it is gone, 0 when a newer owner writes it.
--
-- Atomic, because a new owner may begin to write between the look and the end.

local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if #newest > 0 and tonumber(string.match(newest[1][1], '^(%d+)-')) > tonumber(ARGV[1]) then return 0 end
redis.call('UNLINK', KEYS[1])
return 1
