-- Takes a turn that is free, or keeps one's own.
--
-- KEYS  1 whose turn it is
-- ARGV  1 node  2 life, ms
-- Reply 1; 0 when it is another's
--
-- Atomic: two that find it free at once must not both have it.

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
