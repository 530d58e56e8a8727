-- A node ends. Nothing of it may be left behind: with rooms it stays among the nodes, without a lease and with a tombstone,
-- so that a watcher finds it at its next look and takes them; without, it is just gone.
--
-- KEYS  1 {meridian}:lease:<node>  2 {meridian}:dead:<node>  3 {meridian}:nodes  4 {meridian}:peer:<node>
--       5 {meridian}:rooms-of:<node>
-- ARGV  1 node id  2 life of the tombstone, ms
-- Reply how many rooms it left.
--
-- Atomic, because a watcher between two of these steps would see a node that lives and is dead.

local rooms = redis.call('SCARD', KEYS[5])
redis.call('DEL', KEYS[1], KEYS[4])
if rooms > 0 then
  redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
else
  redis.call('SREM', KEYS[3], ARGV[1])
end
return rooms
