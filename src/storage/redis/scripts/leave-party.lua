-- Takes a player out of his party; without its last one it is over.
--
-- KEYS  party-of:<player>
-- ARGV  player, message that tells he has left
-- Reply {party without him} | {} when he was its last | nil when he is in none
--
-- Atomic: whoever joins at the same moment must be in the party that is left, or be told that there is none.

-- include: party-index

local player = ARGV[1]
local id, party = party_of(player)
redis.call('DEL', KEYS[1])
if not id then return false end
local left = { party[1], party[2] }
for at = 3, #party, 2 do
  if party[at] ~= player then
    left[#left + 1] = party[at]
    left[#left + 1] = party[at + 1]
  end
end
redis.call('PUBLISH', CHANNEL, ARGV[2])
if #left == 2 then
  redis.call('DEL', TAG .. 'party:' .. id, TAG .. 'party-code:' .. party[2])
  return {}
end
return { write(id, left) }
