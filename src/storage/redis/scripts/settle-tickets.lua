-- Makes tickets matched, each if the match it is placed in has claimed it.
--
-- KEYS  claims
-- ARGV  {id, match, state with its placement} × n
-- Reply ids of those that are matched by that match, also those that were already
--
-- Atomic: a ticket whose claim is over may be another match's, or ended, and must not be in two matches.

-- include: ticket-index

local settled = {}
for at = 1, #ARGV, 3 do
  local id, match = ARGV[at], ARGV[at + 1]
  local kind, holder = standing_of(id)
  if holder == match and (kind == 'claimed' or kind == 'matched') then
    if kind == 'claimed' then become(id, 'matched', ARGV[at + 2], match) end
    settled[#settled + 1] = id
  end
end
return settled
