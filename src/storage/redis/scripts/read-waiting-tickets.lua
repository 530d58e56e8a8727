-- Reads a page of a queue.
--
-- KEYS  claims
-- ARGV  queue, ids…
-- Reply the records of those that wait in it
--
-- Atomic: whoever is in the queue and has no record has expired, and must not be one that entered at the same moment.

-- include: ticket-index

local records = {}
for at = 2, #ARGV do
  local record = record_of(ARGV[at])
  if not record then
    redis.call('ZREM', queue_of(ARGV[1]), ARGV[at])
  elseif is_waiting(standing_of(ARGV[at])) then
    records[#records + 1] = record
  end
end
return records
