-- Takes analytics events out that a sink has written.
--
-- KEYS  events
-- ARGV  group, ids…
-- Reply events left
--
-- Atomic: an event that is acknowledged and still there would count against the limit for ever.

local ids = { unpack(ARGV, 2) }
if #ids > 0 then
  local acknowledged = redis.pcall('XACK', KEYS[1], ARGV[1], unpack(ids))
  -- Without the group they are still to be deleted: they are written.
  if type(acknowledged) == 'table' and acknowledged.err and not string.find(acknowledged.err, 'NOGROUP') then
    return acknowledged
  end
  redis.call('XDEL', KEYS[1], unpack(ids))
end
return redis.call('XLEN', KEYS[1])
