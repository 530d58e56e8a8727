-- Gives back a turn: to make a room, to work for a link.
--
-- KEYS  whose turn it is, e.g. creating:<bucket>
-- ARGV  token
-- Reply 1; 0 when the turn has expired
--
-- Atomic: the turn may be another's by now.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
