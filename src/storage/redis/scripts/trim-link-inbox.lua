-- Removes from an inbox what the region has dealt with, but for the newest of it: nodes that read along may be a little behind.
--
-- KEYS  in:<epoch>
-- ARGV  1 epoch  2 consumer group  3 entries to keep that were dealt with
-- Reply entries removed
--
-- Atomic: an entry may be handed out between the question what is pending and the removal.

local INBOX = KEYS[1]
if redis.call('EXISTS', INBOX) == 0 then return 0 end
local delivered
for _, group in ipairs(redis.call('XINFO', 'GROUPS', INBOX)) do
  local fields = {}
  for at = 1, #group, 2 do fields[group[at]] = group[at + 1] end
  if fields['name'] == ARGV[2] then delivered = fields['last-delivered-id'] end
end
if not delivered then return 0 end
local epoch, sequence = string.match(delivered, '^(%d+)%-(%d+)$')
if epoch ~= ARGV[1] then return 0 end
local floor = tonumber(sequence) + 1
local pending = redis.call('XPENDING', INBOX, ARGV[2])
if pending[1] > 0 then
  floor = math.min(floor, tonumber(string.match(pending[2], '%-(%d+)$')))
end
local first = math.max(0, floor - tonumber(ARGV[3]))
return redis.call('XTRIM', INBOX, 'MINID', '=', ARGV[1] .. '-' .. string.format('%.0f', first))
