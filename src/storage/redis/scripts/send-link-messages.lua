-- Puts messages into the outbox for a region, in order.
--
-- KEYS  1 out  2 state (of that peer)
-- ARGV  1 most entries in the outbox  2 entries to look back for messages that may be there already (0: none may)
--       then {ULID, when it expires (wall ms; 0: never), envelope} × n
-- Reply {id, '' when the outbox is full} × n
--
-- Ids are <epoch>-<sequence>, without a gap within an epoch: that is how the other side finds out that something is missing. A
-- message that is refused uses up a number, so the other side hears of it. An epoch begins when this Redis is not the one that
-- wrote the last entry (its replication id is another: restarted, failed over), or when the stream holds what is not ours.
--
-- Atomic: two nodes that send at once must not take the same number, and no entry may carry the epoch of a server that is gone.

local OUT, STATE = KEYS[1], KEYS[2]
local most, look_back = tonumber(ARGV[1]), tonumber(ARGV[2])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local epoch

local function newest_epoch_of(stream)
  local info = redis.pcall('XINFO', 'STREAM', stream)
  if info.err then return 0 end
  for at = 1, #info, 2 do
    if info[at] == 'last-generated-id' then
      return tonumber(string.match(info[at + 1], '^%d+'))
    end
  end
  return 0
end

local function begin_epoch(replid, previous)
  local begins = math.max(now, previous + 1, newest_epoch_of(OUT) + 1)
  epoch = string.format('%.0f', begins)
  redis.call('HSET', STATE, 'replid', replid, 'epoch', epoch, 'sequence', 0)
end

-- While the link is cut for long the outbox would be full of what nobody wants any more.
local function make_room()
  local acknowledged = redis.call('HGET', STATE, 'acknowledged')
  if acknowledged then redis.call('XTRIM', OUT, 'MINID', '=', acknowledged) end
  local through
  for _, entry in ipairs(redis.call('XRANGE', OUT, '-', '+', 'COUNT', 128)) do
    local expires = entry[2][3] == 'x' and tonumber(entry[2][4]) or 0
    local is_acknowledged = entry[1] == acknowledged
    if not is_acknowledged and (expires == 0 or expires > now) then break end
    redis.call('XDEL', OUT, entry[1])
    if not is_acknowledged then through = entry[1] end
  end
  if through then redis.call('HSET', STATE, 'expired', through) end
end

local function add(ulid, expires, envelope)
  local sequence = redis.call('HINCRBY', STATE, 'sequence', 1)
  return redis.pcall('XADD', OUT, epoch .. '-' .. string.format('%.0f', sequence),
    'i', ulid, 'x', expires, 't', string.format('%.0f', now), 'm', envelope)
end

local replid = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
local known = redis.call('HMGET', STATE, 'replid', 'epoch')
epoch = known[2]
if known[1] ~= replid or not epoch then begin_epoch(replid, tonumber(epoch or '0')) end

local there = {}
if look_back > 0 then
  for _, entry in ipairs(redis.call('XREVRANGE', OUT, '+', '-', 'COUNT', look_back)) do
    if entry[2][1] == 'i' then there[entry[2][2]] = entry[1] end
  end
end

local reply = {}
local length = redis.call('XLEN', OUT)
for at = 3, #ARGV, 3 do
  local ulid, id = ARGV[at], there[ARGV[at]]
  if not id and length >= most then
    make_room()
    length = redis.call('XLEN', OUT)
  end
  if not id and length >= most then
    local refused = redis.call('HINCRBY', STATE, 'sequence', 1)
    redis.call('HSET', STATE, 'refused', epoch .. '-' .. string.format('%.0f', refused))
    id = ''
  end
  if not id then
    id = add(ulid, ARGV[at + 1], ARGV[at + 2])
    if type(id) == 'table' and string.find(id.err, 'equal or smaller', 1, true) then
      begin_epoch(replid, tonumber(epoch))
      id = add(ulid, ARGV[at + 1], ARGV[at + 2])
    end
    if type(id) == 'table' then return redis.error_reply(id.err) end
    there[ulid] = id
    length = length + 1
  end
  reply[#reply + 1] = id
end
return reply
