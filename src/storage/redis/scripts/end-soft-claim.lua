-- Ends a claim and takes off the shelf what was written, unless it was put anew meanwhile.
--
-- KEYS  due, shelf
-- ARGV  player, token, ms until he is due again when something is left; then for each value written: section, version
-- Reply 1; 0 when the claim is somebody else's by now, and nothing has changed
--
-- Atomic: a value that is put between a look and a removal of its own would be lost. Time is Redis' (TIME).

if redis.call('HGET', KEYS[2], '@') ~= ARGV[2] then return 0 end
for at = 4, #ARGV, 2 do
  local there = redis.call('HGET', KEYS[2], 's:' .. ARGV[at])
  if there and there:match('^%d+') == ARGV[at + 1] then
    redis.call('HDEL', KEYS[2], 's:' .. ARGV[at])
  end
end
redis.call('HDEL', KEYS[2], '@', '@until')
if redis.call('HLEN', KEYS[2]) <= 1 then
  redis.call('DEL', KEYS[2])
  redis.call('ZREM', KEYS[1], ARGV[1])
  return 1
end
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], nowMs + tonumber(ARGV[3]), ARGV[1])
return 1
