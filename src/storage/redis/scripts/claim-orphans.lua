-- Makes a node the owner of orphans, epoch + 1.
--
-- KEYS  owners
-- ARGV  node, most rooms, head of the listings ('{"processId":…,"publicAddress":…,')
-- Reply {rooms of the node now, then for each claim: room, epoch, deaths, durable, listing}
--
-- Rooms that were on trial when a node ended are suspects: the more often, the fewer at a time, one batch per node, so that the
-- one that ends nodes is found out alone; and for a while after such a death none is claimed (declare-dead).
--
-- Atomic: an orphan goes to one node, and a node that was declared dead gets none.

-- include: room-index

local node, limit, head = ARGV[1], tonumber(ARGV[2]), ARGV[3]
if redis.call('EXISTS', TAG .. 'dead:' .. node) == 1 then return { 0 } end
local trial = TAG .. 'trial:' .. node

local function has_suspect_on_trial()
  for _, room in ipairs(redis.call('SMEMBERS', trial)) do
    if tonumber(redis.call('HGET', DEATHS, room) or '0') > 0 then return true end
  end
  return false
end

local function waiting(least, most, count)
  return redis.call('ZRANGEBYSCORE', ORPHANS, least, most, 'LIMIT', 0, math.min(count, limit))
end

local rooms = waiting(0, 0, limit)
local is_resting = redis.call('EXISTS', SUSPECTS_REST) == 1
if #rooms == 0 and not is_resting and not has_suspect_on_trial() then
  rooms = waiting(1, 1, 8)
  if #rooms == 0 then rooms = waiting(2, '+inf', 1) end
end

local claims = { 0 }
for _, room in ipairs(rooms) do
  local owner, epoch, durable = owner_of(room)
  if owner ~= '-' then
    redis.call('ZREM', ORPHANS, room)
  else
    local listing = hand_over(room, '-', node, epoch + 1, durable, head)
    if listing then
      local deaths = tonumber(redis.call('HGET', DEATHS, room) or '0')
      if deaths > 0 then redis.call('SADD', trial, room) end
      for _, value in ipairs({ room, epoch + 1, deaths, durable, listing }) do
        claims[#claims + 1] = value
      end
    else
      lose(room, '-', 'restore-failed')
    end
  end
end
claims[1] = redis.call('SCARD', TAG .. 'rooms-of:' .. node)
return claims
