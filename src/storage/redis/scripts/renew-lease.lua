-- A node says that it lives.
--
-- KEYS  1 {meridian}:lease:<node>  2 {meridian}:dead:<node>  3 {meridian}:nodes  4 {meridian}:peer:<node>
--       5 {meridian}:silent:<node>
-- ARGV  1 node id  2 NodeInfo as JSON  3 TTL of the lease, ms  4 its peer address  5 life of that address, ms
--       6 age of a renewal from which the node counts as cut off, ms  7 how long it is remembered that it was, ms
-- Reply {status, seconds, microseconds}: status 1 renewed, 2 made anew (first time, or the lease was gone), 0 dead;
--       the rest is Redis' clock (TIME).
--
-- Atomic, because a node that is declared dead between the question and the lease would live on with its rooms gone.

local time = redis.call('TIME')
if redis.call('EXISTS', KEYS[2]) == 1 then
  return { 0, time[1], time[2] }
end
local remaining = redis.call('PTTL', KEYS[1])
local isKnown = redis.call('EXISTS', KEYS[4]) == 1
if isKnown and ARGV[3] - remaining > tonumber(ARGV[6]) then
  redis.call('SET', KEYS[5], '1', 'PX', ARGV[7])
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('SET', KEYS[4], ARGV[4], 'PX', ARGV[5])
return { remaining >= 0 and 1 or 2, time[1], time[2] }
