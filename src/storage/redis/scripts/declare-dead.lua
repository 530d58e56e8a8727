-- Ends a node whose lease or process is gone: its id never gets a lease again, its rooms wait for new owners.
--
-- KEYS  owners
-- ARGV  node, most that may be left of its lease, ms: 0, or more when its process is gone
-- Reply 'alive' when more is left: it has renewed; 'dead'
--
--   durable rooms      → orphans, scored by deaths (one more for those on trial)
--   three deaths       → lost 'quarantined'
--   rooms not durable  → lost 'not-durable'
--
-- Suspects rest for half a second: found out at once, the one that ends nodes would end all of a region before the first is back.
--
-- Atomic: between the look at the lease and the sharing out, the node must not renew it.

-- include: room-index

local MOST_DEATHS = 3
local REST_MS = 500

local node = ARGV[1]
local left = redis.call('PTTL', TAG .. 'lease:' .. node)
if left == -1 or left > tonumber(ARGV[2]) then return 'alive' end
redis.call('DEL', TAG .. 'lease:' .. node)
-- A week, as everywhere: a machine that was suspended for long must not wake up as an owner.
redis.call('SET', TAG .. 'dead:' .. node, '1', 'PX', 604800000)

local has_suspects = false
local rooms_of, trial = TAG .. 'rooms-of:' .. node, TAG .. 'trial:' .. node
for _, room in ipairs(redis.call('SMEMBERS', rooms_of)) do
  local owner, epoch, durable = owner_of(room)
  if owner == node then
    local deaths = tonumber(redis.call('HGET', DEATHS, room) or '0')
    if redis.call('SISMEMBER', trial, room) == 1 then
      deaths = redis.call('HINCRBY', DEATHS, room, 1)
    end
    if durable ~= '1' then
      lose(room, node, 'not-durable')
    elseif deaths >= MOST_DEATHS then
      lose(room, node, 'quarantined')
    else
      hide(room)
      set_owner(room, '-', epoch, durable)
      redis.call('ZADD', ORPHANS, deaths, room)
      has_suspects = has_suspects or deaths > 0
    end
  end
end
if has_suspects then redis.call('SET', SUSPECTS_REST, '1', 'PX', REST_MS) end
redis.call('DEL', rooms_of, trial)
redis.call('SREM', TAG .. 'nodes', node)
return 'dead'
