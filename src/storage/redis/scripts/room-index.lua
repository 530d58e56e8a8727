-- Included by the scripts of the room directory: names of its keys, who owns a room, and where a room can be found.
--
-- Scripts get one key, KEYS[1] = {tag}:owners, which says where to run. The others (rooms-of:<node>, joinable:<bucket>) are found
-- on the way and cannot be passed; all of them carry the tag and so live in the same slot.

local TAG = string.match(KEYS[1], '^%b{}:')
local OWNERS, ROOMS, BUCKETS = TAG .. 'owners', TAG .. 'rooms', TAG .. 'buckets'
local ORPHANS, DEATHS = TAG .. 'orphans', TAG .. 'deaths'
local SUSPECTS_REST = TAG .. 'suspects-rest'
local LOST_MS = 3600000

-- node ('-' for an orphan), epoch, durable ('1' or '0'); nil for a room nobody knows.
local function owner_of(room)
  local owner = redis.call('HGET', OWNERS, room)
  if not owner then return nil end
  local node, epoch, durable = string.match(owner, '^(%S+) (%d+) ([01])$')
  return node, tonumber(epoch), durable
end

local function set_owner(room, node, epoch, durable)
  redis.call('HSET', OWNERS, room, node .. ' ' .. string.format('%d', epoch) .. ' ' .. durable)
end

-- A record of buckets is '<created at, ms>\n<bucket>\n<bucket>…'.
local function unindex(record, room)
  local first = true
  for bucket in string.gmatch(record, '[^\n]+') do
    if not first then redis.call('ZREM', TAG .. 'joinable:' .. bucket, room) end
    first = false
  end
end

local function index(record, room)
  local created_at
  for bucket in string.gmatch(record, '[^\n]+') do
    if created_at then
      redis.call('ZADD', TAG .. 'joinable:' .. bucket, created_at, room)
    else
      created_at = tonumber(bucket) or 0
    end
  end
end

-- A room is in all of its buckets, or in none.
local function is_indexed(record, room)
  return redis.call('ZSCORE', TAG .. 'joinable:' .. string.match(record, '\n([^\n]+)'), room) ~= false
end

local function write_listing(room, listing, record, is_joinable)
  redis.call('HSET', ROOMS, room, listing)
  local old = redis.call('HGET', BUCKETS, room)
  if old == record and is_indexed(record, room) == is_joinable then return end
  if old then unindex(old, room) end
  redis.call('HSET', BUCKETS, room, record)
  if is_joinable then index(record, room) end
end

local function hide(room)
  local record = redis.call('HGET', BUCKETS, room)
  if record then unindex(record, room) end
end

local function forget(room, node)
  hide(room)
  redis.call('HDEL', OWNERS, room)
  redis.call('HDEL', ROOMS, room)
  redis.call('HDEL', BUCKETS, room)
  redis.call('HDEL', DEATHS, room)
  redis.call('ZREM', ORPHANS, room)
  redis.call('SREM', TAG .. 'rooms-of:' .. node, room)
  redis.call('SREM', TAG .. 'trial:' .. node, room)
end

local function lose(room, node, reason)
  forget(room, node)
  redis.call('SET', TAG .. 'lost:' .. room, reason, 'PX', LOST_MS)
end

-- Gives a room to a node. head: '{"processId":"<node>","publicAddress":<address>,', how listings begin.
-- Returns the listing, or nil when it is torn or foreign.
local function hand_over(room, from, to, epoch, durable, head)
  local listing = redis.call('HGET', ROOMS, room)
  local rest = listing and (string.match(listing, '^{"processId":"[^"]*","publicAddress":"[^"]*",(.*)$')
    or string.match(listing, '^{"processId":"[^"]*","publicAddress":null,(.*)$'))
  if not rest then return nil end
  listing = head .. rest
  local ok, room_of = pcall(cjson.decode, listing)
  if not ok then return nil end
  redis.call('SREM', TAG .. 'rooms-of:' .. from, room)
  redis.call('SREM', TAG .. 'trial:' .. from, room)
  redis.call('ZREM', ORPHANS, room)
  set_owner(room, to, epoch, durable)
  redis.call('SADD', TAG .. 'rooms-of:' .. to, room)
  redis.call('HSET', ROOMS, room, listing)
  local record = redis.call('HGET', BUCKETS, room)
  local most = tonumber(room_of.maxClients) or math.huge -- null: no limit
  local is_joinable = room_of.locked ~= true and room_of.private ~= true
    and (tonumber(room_of.clients) or 0) < most
  if record and is_joinable then index(record, room) end
  return listing
end
