-- A node says that it lives.
--
-- KEYS  1 {meridian}:lease:<node>  2 {meridian}:dead:<node>  3 {meridian}:nodes  4 {meridian}:peer:<node>
-- ARGV  1 node id  2 NodeInfo as JSON  3 TTL of the lease, ms  4 its peer address  5 life of that address, ms
-- Reply {status, seconds, microseconds}: status 1 renewed, 2 made anew (first time, or the lease was gone), 0 dead;
--       the rest is Redis' clock (TIME).
--
-- Atomic, because a node that is declared dead between the question and the lease would live on with its rooms gone.

local time = redis.call('TIME')
if redis.call('EXISTS', KEYS[2]) == 1 then
  return { 0, time[1], time[2] }
end
local status = redis.call('EXISTS', KEYS[1]) == 1 and 1 or 2
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('SET', KEYS[4], ARGV[4], 'PX', ARGV[5])
return { status, time[1], time[2] }
