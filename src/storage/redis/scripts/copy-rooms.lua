-- Notes rooms of another region, which copies their journals here, so that they can be evacuated.
--
-- KEYS  owners
-- ARGV  region, node, mark of the node's last question for its rooms (release-copies), then {room, '<epoch>\n<listing>\n<buckets>'} × n
-- Reply 1; 0 when the mark is another one: nothing was noted, and the node has to ask
--
-- Atomic: a note that was under way while the node asked must not bring back what it was given back.

local TAG = string.match(KEYS[1], '^%b{}:')
if redis.call('HGET', TAG .. 'copies-asked:' .. ARGV[1], ARGV[2]) ~= ARGV[3] then return 0 end
for at = 4, #ARGV, 2 do redis.call('HSET', TAG .. 'copies-of:' .. ARGV[1], ARGV[at], ARGV[at + 1]) end
return 1
