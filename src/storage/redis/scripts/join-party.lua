-- Lets a player into the party of a code.
--
-- KEYS  party-code:<code>
-- ARGV  player, member, most members
-- Reply {'joined', party} | {'already-in-party', party} | {'unknown-code'} | {'party-full'}
--
-- Atomic: nobody may be in two parties, and of two who want the last place only one may get it.

-- include: party-index

local _, other = party_of(ARGV[1])
if other then return { 'already-in-party', text_of(other) } end
local id = redis.call('GET', KEYS[1])
local party = id and redis.call('LRANGE', TAG .. 'party:' .. id, 0, -1) or {}
if #party == 0 then return { 'unknown-code' } end
if (#party - 2) / 2 >= tonumber(ARGV[3]) then return { 'party-full' } end
party[#party + 1] = ARGV[1]
party[#party + 1] = ARGV[2]
return { 'joined', write(id, party) }
