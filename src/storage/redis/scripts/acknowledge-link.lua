-- The peer has every entry up to this one; or has just answered, when it says nothing new.
--
-- KEYS  1 out  2 state (of that peer)
-- ARGV  1 epoch  2 sequence  3 acknowledged entries to keep  4 ms since the peer was asked what it answered; -1: it was not asked
-- Reply 1; 0 when it says nothing new, or is of another life of this Redis
--
-- Atomic: bridges that overlap acknowledge in any order, and one that acts on an older life must not trim this one's entries.

local OUT, STATE = KEYS[1], KEYS[2]
local epoch, sequence = tonumber(ARGV[1]), tonumber(ARGV[2])

local function is_after(epoch_a, sequence_a, epoch_b, sequence_b)
  if epoch_a ~= epoch_b then return epoch_a > epoch_b end
  return sequence_a > sequence_b
end

-- Counted from the question: the peer has heard of us then at the earliest, and may think us silent since.
if tonumber(ARGV[4]) >= 0 then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('HSET', STATE, 'confirmed', string.format('%.0f', now - tonumber(ARGV[4])))
end
local known = redis.call('HMGET', STATE, 'epoch', 'sequence', 'acknowledged')
if not known[1] or is_after(epoch, sequence, tonumber(known[1]), tonumber(known[2])) then return 0 end
if known[3] then
  local old_epoch, old_sequence = string.match(known[3], '^(%d+)%-(%d+)$')
  if not is_after(epoch, sequence, tonumber(old_epoch), tonumber(old_sequence)) then return 0 end
end
redis.call('HSET', STATE, 'acknowledged', ARGV[1] .. '-' .. ARGV[2])
local first = math.max(0, sequence - tonumber(ARGV[3]) + 1)
redis.call('XTRIM', OUT, 'MINID', '=', ARGV[1] .. '-' .. string.format('%.0f', first))
return 1
