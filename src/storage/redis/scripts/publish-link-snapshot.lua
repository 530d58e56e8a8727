-- Says what is the case now, in place of what was said before.
--
-- KEYS  snapshots (ours)
-- ARGV  1 name  2 life, ms  3 JSON
-- Reply its version
--
-- Versions are times, so that they go up also when this Redis has lost the last one.
--
-- Atomic: of two nodes that speak at once, the later one has the higher version.

local time = redis.call('TIME')
local version = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HGET', KEYS[1], ARGV[1])
local last = held and tonumber(string.match(held, '^%d+'))
if last and last >= version then version = last + 1 end
local text = string.format('%.0f', version)
redis.call('HSET', KEYS[1], ARGV[1], text .. '\n' .. ARGV[2] .. '\n' .. ARGV[3])
return text
