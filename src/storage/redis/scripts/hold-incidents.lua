-- The turn of the bot that acts on a region's incidents, and what it goes on with.
--
-- KEYS  1 turn, 2 state, 3 inbox, all {meridian:incidents}
-- ARGV  1 id of the bot, 2 life of the turn in ms, 3 most messages
-- Reply {1, state or '', message, …} when it is its turn, else {0}.
--
-- Atomic, because a bot that reads before it has the turn would act on what another has changed since.

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return { 0 } end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local reply = { 1, redis.call('GET', KEYS[2]) or '' }
for _, message in ipairs(redis.call('LRANGE', KEYS[3], 0, ARGV[3] - 1)) do
  reply[#reply + 1] = message
end
return reply
