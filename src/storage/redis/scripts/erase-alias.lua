-- Takes the link between a player and his pseudonym away, and sees to it that no new one is made of what is still under way.
--
-- KEYS  alias, erased
-- ARGV  how long he counts as erased, ms
--
-- Atomic: in between, another node would give him a new alias.

redis.call('SET', KEYS[2], '1', 'PX', ARGV[1])
redis.call('DEL', KEYS[1])
