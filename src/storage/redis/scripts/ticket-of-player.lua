-- The ticket a player waits on, or his last one.
--
-- KEYS  claims
-- ARGV  player
-- Reply the record; nil when he has none
--
-- Atomic: between a pointer and its ticket he may have entered another one.

-- include: ticket-index

local id = redis.call('GET', pointer_of(ARGV[1]))
return id and record_of(id) or false
