-- Ends a ticket that searches.
--
-- KEYS  claims
-- ARGV  id, state with its end
-- Reply 'ended' | 'claimed' (it is being matched) | 'unknown' (it does not wait)
--
-- Atomic: a ticket that is claimed at the same moment must not end.

-- include: ticket-index

local kind = standing_of(ARGV[1])
if kind == 'claimed' then return 'claimed' end
if kind ~= 'searching' then return 'unknown' end
become(ARGV[1], 'ended', ARGV[2], '')
return 'ended'
