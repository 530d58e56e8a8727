-- Included by the scripts of matchmaking's tickets: names of their keys, and what becomes of a ticket.
--
-- Scripts get one key, KEYS[1] = {tag}:claims, which says where to run. The others (ticket:<id>, player:<id>, queue:<queue>) are found
-- on the way and cannot be passed; all of them carry the tag and so live in the same slot.
--
-- A ticket comes as ARGV  id, queue, created at (ms), head, state, kind, match, until (ms), number of players, player…
-- Head and state are JSON that is never decoded here: cjson would make {} of []. A record is head .. ',"state":' .. state .. '}'.

local TAG = string.match(KEYS[1], '^%b{}:')
local CLAIMS = TAG .. 'claims'
local CHANNEL = 'meridian:mm:tickets'
-- A ticket that waits is ended by whoever matches its queue, long before this: only what everybody has forgotten goes by itself.
local WAITING_MS = 7200000
local ENDED_MS = 60000

local function key_of(id) return TAG .. 'ticket:' .. id end
local function queue_of(queue) return TAG .. 'queue:' .. queue end
local function pointer_of(player) return TAG .. 'player:' .. player end

-- kind ('' when there is no such ticket), match
local function standing_of(id)
  local fields = redis.call('HMGET', key_of(id), 'kind', 'match')
  return fields[1] or '', fields[2] or ''
end

local function is_waiting(kind) return kind == 'searching' or kind == 'claimed' end

-- nil when it is not there
local function record_of(id)
  local fields = redis.call('HMGET', key_of(id), 'head', 'state')
  if not fields[1] then return nil end
  return fields[1] .. ',"state":' .. fields[2] .. '}'
end

local function tell(id) redis.call('PUBLISH', CHANNEL, record_of(id)) end

local function players_of(id)
  local count = tonumber(redis.call('HGET', key_of(id), 'players'))
  local players = {}
  for at = 1, count do players[at] = redis.call('HGET', key_of(id), 'player:' .. at) end
  return players
end

-- until_ms: of a claim
local function become(id, kind, state, match, until_ms)
  local key = key_of(id)
  redis.call('HSET', key, 'kind', kind, 'state', state, 'match', match)
  if kind == 'claimed' then redis.call('ZADD', CLAIMS, until_ms, id) else redis.call('ZREM', CLAIMS, id) end
  if not is_waiting(kind) then
    redis.call('ZREM', queue_of(redis.call('HGET', key, 'queue')), id)
    redis.call('PEXPIRE', key, ENDED_MS)
    for _, player in ipairs(players_of(id)) do
      if redis.call('GET', pointer_of(player)) == id then
        redis.call('PEXPIRE', pointer_of(player), ENDED_MS)
      end
    end
  end
  tell(id)
end

-- The ticket that begins at ARGV[at], and where the next one begins.
local function ticket_at(at)
  local players = {}
  local count = tonumber(ARGV[at + 8])
  for i = 1, count do players[i] = ARGV[at + 8 + i] end
  local ticket = {
    id = ARGV[at], queue = ARGV[at + 1], created_at = ARGV[at + 2], head = ARGV[at + 3], players = players,
    state = ARGV[at + 4], kind = ARGV[at + 5], match = ARGV[at + 6], until_ms = ARGV[at + 7],
  }
  return ticket, at + 9 + count
end

-- A player of the ticket who waits, and on which ticket; nil when nobody does.
local function busy_player_of(ticket)
  if is_waiting(standing_of(ticket.id)) then return ticket.players[1], ticket.id end
  for _, player in ipairs(ticket.players) do
    local other = redis.call('GET', pointer_of(player))
    if other and is_waiting(standing_of(other)) then return player, other end
  end
end

local function put(ticket)
  local key, queue = key_of(ticket.id), queue_of(ticket.queue)
  redis.call('DEL', key)
  redis.call('HSET', key, 'head', ticket.head, 'queue', ticket.queue, 'players', #ticket.players)
  redis.call('PEXPIRE', key, WAITING_MS)
  redis.call('ZADD', queue, ticket.created_at, ticket.id)
  redis.call('PEXPIRE', queue, WAITING_MS)
  for at, player in ipairs(ticket.players) do
    redis.call('HSET', key, 'player:' .. at, player)
    redis.call('SET', pointer_of(player), ticket.id, 'PX', WAITING_MS)
  end
  become(ticket.id, ticket.kind, ticket.state, ticket.match, ticket.until_ms)
end
