-- Included by the scripts of parties: names of their keys, and how a party is kept.
--
-- Scripts get one key, KEYS[1] = {tag}:party-…, which says where to run; the others are found on the way, in the same slot.
--
-- A party is a list: head ('{"partyId":…,"code":…'), code, then {player, member as JSON} × n, the leader first. Head and members are
-- JSON that is never decoded here: cjson would make {} of [].

local TAG = string.match(KEYS[1], '^%b{}:')
local CHANNEL = 'meridian:mm:parties'
local PARTY_MS = 3600000

local function party_of(player)
  local id = redis.call('GET', TAG .. 'party-of:' .. player)
  if not id then return nil end
  local party = redis.call('LRANGE', TAG .. 'party:' .. id, 0, -1)
  if #party == 0 then return nil end
  return id, party
end

local function text_of(party)
  local members = {}
  for at = 4, #party, 2 do members[#members + 1] = party[at] end
  return party[1] .. ',"members":[' .. table.concat(members, ',') .. ']}'
end

-- Writes it and tells everybody; all of its keys live for another hour.
local function write(id, party)
  redis.call('DEL', TAG .. 'party:' .. id)
  redis.call('RPUSH', TAG .. 'party:' .. id, unpack(party))
  redis.call('PEXPIRE', TAG .. 'party:' .. id, PARTY_MS)
  redis.call('SET', TAG .. 'party-code:' .. party[2], id, 'PX', PARTY_MS)
  for at = 3, #party, 2 do redis.call('SET', TAG .. 'party-of:' .. party[at], id, 'PX', PARTY_MS) end
  local text = text_of(party)
  redis.call('PUBLISH', CHANNEL, '{"party":' .. text .. '}')
  return text
end
