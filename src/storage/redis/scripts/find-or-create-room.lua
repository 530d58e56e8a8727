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

local PAGE = 32
local from = 0
while ARGV[1] ~= '' do
  local rooms = redis.call('ZRANGE', bucket, from, from + PAGE - 1)
  local torn = 0
  for _, room in ipairs(rooms) do
    if not excluded[room] then
      local node = owner_of(room)
      local listing = node and node ~= '-' and redis.call('HGET', ROOMS, room)
      if not listing then
        -- What nobody owns is no room: a leftover, e.g. of a restored backup.
        redis.call('ZREM', bucket, room)
        torn = torn + 1
      elseif not excluded[node] then
        return { 'room', room, node, listing }
      end
    end
  end
  if #rooms < PAGE then break end
  from = from + PAGE - torn
end

if redis.call('SET', turn, ARGV[3], 'NX', 'PX', ARGV[4]) then return { 'create' } end
-- Asked again after the connection broke before the reply.
if redis.call('GET', turn) == ARGV[3] then return { 'create' } end
return { 'wait' }
