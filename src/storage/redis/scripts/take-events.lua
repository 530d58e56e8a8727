-- Gives analytics events to a consumer: those that others have held in silence for too long, then new ones.
--
-- KEYS  events
-- ARGV  1 group  2 consumer  3 most  4 silence after which another's are taken, ms  5 silence after which a consumer without events is
--       forgotten, ms; 0: none is now
-- Reply {how many somebody had before, then id, line for each}
--
-- Atomic: what is read is this consumer's, also when the reply is lost on its way; a consumer that is forgotten must not have just got some.

local STREAM = KEYS[1]
local group, consumer, most, idle_ms, forget_ms = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local reply = { 0 }

local function give(entries)
  local given = 0
  for _, entry in ipairs(entries) do
    -- Redis before 7 gives false for an entry that is gone.
    if entry and entry[2] then
      reply[#reply + 1] = entry[1]
      reply[#reply + 1] = entry[2][2]
      given = given + 1
    end
  end
  return given
end

local function is_group()
  local known = redis.pcall('XINFO', 'GROUPS', STREAM)
  if known.err then return false end
  for _, it in ipairs(known) do
    if it[2] == group then return true end
  end
  return false
end

-- Also after this Redis has lost its data.
if not is_group() then redis.call('XGROUP', 'CREATE', STREAM, group, '0', 'MKSTREAM') end

local cursor, left = '0-0', most
-- A turn looks at ten times as many as it may take, most of which somebody may be working on.
for _ = 1, 50 do
  local claimed = redis.call('XAUTOCLAIM', STREAM, group, consumer, idle_ms, cursor, 'COUNT', left)
  left = left - give(claimed[2])
  cursor = claimed[1]
  if cursor == '0-0' or left <= 0 then break end
end
reply[1] = most - left
if left > 0 then
  local read = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', left, 'STREAMS', STREAM, '>')
  if read then give(read[1][2]) end
end

if forget_ms > 0 then
  for _, it in ipairs(redis.call('XINFO', 'CONSUMERS', STREAM, group)) do
    local name, pending, silent_ms = it[2], it[4], it[6]
    if name ~= consumer and pending == 0 and silent_ms > forget_ms then
      redis.call('XGROUP', 'DELCONSUMER', STREAM, group, name)
    end
  end
end
return reply
