-- Puts values of soft sections on the shelf, each over the one that is there, and makes their players due.
--
-- KEYS  due, then the shelf of the player of each value
-- ARGV  ms until a player is due who was not, most players; then for each value: player, section, JSON
-- Reply the values that found no room, by their place from 1
--
-- Atomic: a value without its player being due would lie there for ever. Time is Redis' (TIME).

local time = redis.call('TIME')
local dueMs = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[1])
local refused = {}
for place = 1, #KEYS - 1 do
  local shelf = KEYS[place + 1]
  local player, section, json = ARGV[place * 3], ARGV[place * 3 + 1], ARGV[place * 3 + 2]
  if redis.call('EXISTS', shelf) == 0 and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
    refused[#refused + 1] = place
  else
    local version = redis.call('HINCRBY', shelf, '#', 1)
    redis.call('HSET', shelf, 's:' .. section, version .. ' ' .. json)
    redis.call('ZADD', KEYS[1], 'NX', dueMs, player)
  end
end
return refused
