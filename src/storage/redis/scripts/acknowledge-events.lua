-- Takes analytics events out that a sink has written.
--
-- KEYS  events
-- ARGV  group, ids…
-- Reply events left
--
-- Atomic: an event that is acknowledged and still there would count against the limit for ever.

local ids = { unpack(ARGV, 2) }
if #ids > 0 then
  redis.call('XACK', KEYS[1], ARGV[1], unpack(ids))
  redis.call('XDEL', KEYS[1], unpack(ids))
end
return redis.call('XLEN', KEYS[1])
