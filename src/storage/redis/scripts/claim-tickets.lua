-- Claims tickets for a match, all or none.
--
-- KEYS  claims
-- ARGV  match, until (ms), state of a claimed ticket, ids…
-- Reply ids that cannot be had; empty: all are claimed
--
-- Atomic: of two matches that want the same ticket only one may have it, and a match that does not get all must hold none.

-- include: ticket-index

local match, until_ms, state = ARGV[1], ARGV[2], ARGV[3]
local refused = {}
for at = 4, #ARGV do
  local kind, holder = standing_of(ARGV[at])
  if not (kind == 'searching' or (kind == 'claimed' and holder == match)) then refused[#refused + 1] = ARGV[at] end
end
if #refused > 0 then return refused end
for at = 4, #ARGV do
  -- Said again, it is no change.
  if redis.call('HGET', key_of(ARGV[at]), 'state') ~= state then
    become(ARGV[at], 'claimed', state, match, until_ms)
  end
end
return refused
