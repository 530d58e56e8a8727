-- Makes a party.
--
-- KEYS  party-code:<code>
-- ARGV  id, head, code, {player, member} × n
-- Reply {'joined', party} | {'already-in-party', party} | {'code-taken'}
--
-- Atomic: nobody may be in two parties, and a code may lead to one only.

-- include: party-index

for at = 4, #ARGV, 2 do
  local _, other = party_of(ARGV[at])
  if other then return { 'already-in-party', text_of(other) } end
end
if redis.call('EXISTS', KEYS[1]) == 1 then return { 'code-taken' } end
local party = {}
for at = 2, #ARGV do party[at - 1] = ARGV[at] end
return { 'joined', write(ARGV[1], party) }
