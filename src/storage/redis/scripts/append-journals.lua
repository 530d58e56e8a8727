-- Entries of rooms' journals. A patch goes behind what is there; a checkpoint makes the stream, removes what is before it, and gives
-- it a time to live.
--
-- KEYS  n meridian:journal:{<room>}, of the nth entry
-- ARGV  for each entry its id, its bytes, and for a checkpoint ms to live, for a patch ''
-- Reply for each entry 1 when it is stored, 0 when the stream has this id or a newer one, -1 for all else: a patch for a stream
--       that is not there, a Redis that is full.
--
-- One command for all: a node spends more on a command than on the entry in it. On Redis Cluster it is given one room's at a time.

local outcomes = {}
for n, key in ipairs(KEYS) do
  local id, bytes, ttl = ARGV[3 * n - 2], ARGV[3 * n - 1], ARGV[3 * n]
  local reply
  if ttl == '' then
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
    if ttl ~= '' then redis.pcall('PEXPIRE', key, ttl) end
  end
end
return outcomes
