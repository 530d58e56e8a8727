-- The oldest joinable room of a bucket, or the turn to make one.
--
-- KEYS  owners
-- ARGV  bucket to look in ('' for none), bucket of the turn, token, turn in ms, ids of nodes and rooms to leave out…
-- Reply {'room', room, owner, listing} | {'create'} | {'wait'}
--
-- Atomic: of many that find no room only one may make one.

-- include: room-index

local bucket, turn = TAG .. 'joinable:' .. ARGV[1], TAG .. 'creating:' .. ARGV[2]
local excluded = {}
for i = 5, #ARGV do excluded[ARGV[i]] = true end

-- The first page is nearly always enough. When it is not, a node with many rooms is left out: rooms made since are at the end.
local PAGE = 64

local function open_room(rooms)
  for _, room in ipairs(rooms) do
    if not excluded[room] then
      local node = owner_of(room)
      local listing = node and node ~= '-' and redis.call('HGET', ROOMS, room)
      if not listing then
        -- What nobody owns is no room: a leftover, e.g. of a restored backup.
        redis.call('ZREM', bucket, room)
      elseif not excluded[node] then
        return { 'room', room, node, listing }
      end
    end
  end
end

if ARGV[1] ~= '' then
  local rooms = redis.call('ZRANGE', bucket, 0, PAGE - 1)
  local found = open_room(rooms)
  local from = 0
  while not found and #rooms == PAGE do
    rooms = redis.call('ZREVRANGE', bucket, from, from + PAGE - 1)
    found = open_room(rooms)
    from = from + PAGE
  end
  if found then return found end
end

if redis.call('SET', turn, ARGV[3], 'NX', 'PX', ARGV[4]) then return { 'create' } end
-- Asked again after the connection broke before the reply.
if redis.call('GET', turn) == ARGV[3] then return { 'create' } end
return { 'wait' }
