-- Claims a player's shelf, so that nobody else writes what is on it to the store.
--
-- KEYS  due, shelf
-- ARGV  player, token, life of the claim (ms), "1" when he need not be due
-- Reply 'empty' | 'claimed' by somebody, or not due yet | {section, "<version> <JSON>", section, …}
--
-- Atomic: two who write one shelf could put the older value over the newer one. Time is Redis' (TIME).

local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('ZREM', KEYS[1], ARGV[1])
  return 'empty'
end
local untilMs = redis.call('HGET', KEYS[2], '@until')
if untilMs and tonumber(untilMs) > nowMs then return 'claimed' end
if ARGV[4] ~= '1' then
  local dueMs = redis.call('ZSCORE', KEYS[1], ARGV[1])
  if dueMs and tonumber(dueMs) > nowMs then return 'claimed' end
end
local endMs = nowMs + tonumber(ARGV[3])
redis.call('HSET', KEYS[2], '@', ARGV[2], '@until', endMs)
-- Should the claimer die, it is due again then.
redis.call('ZADD', KEYS[1], endMs, ARGV[1])
local fields = redis.call('HGETALL', KEYS[2])
local values = {}
for at = 1, #fields, 2 do
  if fields[at]:sub(1, 2) == 's:' then
    values[#values + 1] = fields[at]:sub(3)
    values[#values + 1] = fields[at + 1]
  end
end
return values
