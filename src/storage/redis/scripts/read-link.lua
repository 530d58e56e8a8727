-- How a link is, seen from this region, and the last snapshots of the other one.
--
-- KEYS  1 out  2 state  3 heard  4 snapshots (of that peer)
-- Reply {entries the peer has not confirmed, age of the oldest of them in ms, since its last confirmation in ms (-1: never),
--       since it was last heard of in ms (-1: never), now in ms, then {name, record} × n}
--       record '<version>\n<arrived, ms>\n<life, ms>\n<JSON>'
--
-- Atomic: ages are differences of one clock, read once.

local OUT, STATE = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function since(at)
  if not at then return -1 end
  return math.max(0, now - tonumber(at))
end

local state = redis.call('HMGET', STATE, 'epoch', 'sequence', 'acknowledged', 'confirmed')
local from = state[3] and ('(' .. state[3]) or '-'
local waiting, age = 0, 0
local oldest = redis.call('XRANGE', OUT, from, '+', 'COUNT', 1)[1]
if oldest then
  local epoch, sequence = string.match(oldest[1], '^(%d+)%-(%d+)$')
  if epoch == state[1] then
    waiting = tonumber(state[2]) - tonumber(sequence) + 1
  else
    waiting = redis.call('XLEN', OUT)
  end
  age = oldest[2][5] == 't' and since(oldest[2][6]) or 0
end
local reply = { waiting, age, since(state[4]), since(redis.call('GET', KEYS[3])), string.format('%.0f', now) }
for _, text in ipairs(redis.call('HGETALL', KEYS[4])) do reply[#reply + 1] = text end
return reply
