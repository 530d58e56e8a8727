-- Lets tickets search on that a match has claimed.
--
-- KEYS  claims
-- ARGV  match, state of a searching ticket, ids…
-- Reply ids of those that search on
--
-- Atomic: a ticket that is another match's by now must stay with it.

-- include: ticket-index

local released = {}
for at = 3, #ARGV do
  local kind, holder = standing_of(ARGV[at])
  if kind == 'claimed' and holder == ARGV[1] then
    become(ARGV[at], 'searching', ARGV[2], '')
    released[#released + 1] = ARGV[at]
  end
end
return released
