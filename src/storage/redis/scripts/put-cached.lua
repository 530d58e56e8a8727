-- Keeps a value in the shared tier of a cache, unless a newer one is there.
--
-- KEYS  entry, lock
-- ARGV  revision, text, life (ms), token of the lock that ends with it ("": none)
-- Reply 1 when it is kept, 0 when a newer one was there
--
-- Atomic: between a look and a write of its own, a reader could put what it read before the writer's value over it.

if ARGV[4] ~= '' and redis.call('GET', KEYS[2]) == ARGV[4] then redis.call('DEL', KEYS[2]) end
local there = redis.call('GET', KEYS[1])
if there and tonumber(there:match('^%d+')) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
return 1
