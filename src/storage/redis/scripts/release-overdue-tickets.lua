-- Lets the tickets of a queue search on whose claim is over.
--
-- KEYS  claims
-- ARGV  queue, now (wall clock, ms), state of a searching ticket
-- Reply ids of those that search on
--
-- Atomic: a ticket that is settled, or claimed anew, at the same moment must stay so.

-- include: ticket-index

local released = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', CLAIMS, '-inf', ARGV[2])) do
  local queue = redis.call('HGET', key_of(id), 'queue')
  if not queue then
    redis.call('ZREM', CLAIMS, id)
  elseif queue == ARGV[1] then
    become(id, 'searching', ARGV[3], '')
    released[#released + 1] = id
  end
end
return released
