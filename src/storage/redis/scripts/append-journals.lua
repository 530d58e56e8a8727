-- Entries of rooms' journals. A patch goes behind what is there; a checkpoint makes the stream, removes what is before it, and gives
-- it a time to live.
--
-- KEYS  n meridian:journal:{<room>}, of the nth entry
-- ARGV  [1] for each entry its id, how many bytes it has, and ms to live for a checkpoint, 0 for a patch, all followed by a space
--       [2] the bytes of all entries
-- Reply for each entry 1 when it is stored, 0 when the stream has this id or a newer one, -1 for all else: a patch for a stream
--       that is not there, a Redis that is full.
--
-- One command for all: a node spends more on a command than on the entry in it. On Redis Cluster it is given one room's at a time.

local outcomes = {}
local from = 1
local heads = string.gmatch(ARGV[1], '(%S+) (%d+) (%d+) ')
for n, key in ipairs(KEYS) do
  local id, length, ttl = heads()
  local bytes = string.sub(ARGV[2], from, from + length - 1)
  from = from + length
  local reply
  if ttl == '0' then
    reply = redis.pcall('XADD', key, 'NOMKSTREAM', id, 'e', bytes)
  else
    -- In one command: a checkpoint that is refused removes nothing.
    reply = redis.pcall('XADD', key, 'MINID', '=', id, id, 'e', bytes)
  end
  if not reply then
    outcomes[n] = -1
  elseif type(reply) == 'table' and reply.err then
    outcomes[n] = string.find(reply.err, 'equal or smaller', 1, true) and 0 or -1
  else
    outcomes[n] = 1
    if ttl ~= '0' then redis.pcall('PEXPIRE', key, ttl) end
  end
end
return outcomes
