-- How long nothing was heard here of a region, for others who want to know whether it is down.
--
-- KEYS  1 heard (of that region)
-- Reply {ms; never more than this Redis is up, for what was heard before it lost its data nobody knows; now, ms}
--
-- Atomic: an age is a difference of one clock, read once.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local up = tonumber(string.match(redis.call('INFO', 'server'), 'uptime_in_seconds:(%d+)') or '0') * 1000
local heard = redis.call('GET', KEYS[1])
local silence = heard and math.min(up, now - tonumber(heard)) or up
return { math.max(0, silence), string.format('%.0f', now) }
