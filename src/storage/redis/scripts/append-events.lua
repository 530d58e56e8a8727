-- Appends analytics events.
--
-- KEYS  events
-- ARGV  most events in the stream, then a line each
-- Reply {1, events now}; {0, events now} when they would be too many: none was appended
--
-- Atomic: nodes append at once, and together must not pass the limit; and a batch that is tried again must not be there in part.

local most = tonumber(ARGV[1])
local length = redis.call('XLEN', KEYS[1])
if length + #ARGV - 1 > most then return { 0, length } end
for at = 2, #ARGV do redis.call('XADD', KEYS[1], '*', 'e', ARGV[at]) end
return { 1, length + #ARGV - 1 }
