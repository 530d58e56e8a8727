-- The party a player is in.
--
-- KEYS  party-of:<player>
-- ARGV  player
-- Reply the party; nil when he is in none
--
-- Atomic: between a pointer and its party he may have joined another one.

-- include: party-index

local _, party = party_of(ARGV[1])
return party and text_of(party) or false
