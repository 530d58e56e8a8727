-- Gives a lock back.
--
-- KEYS  lock
-- ARGV  token
-- Reply 1 when it was held with that token
--
-- Atomic: a lock that ran out may be another's by now.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
