-- Changes what share of new rooms each build gets.
--
-- KEYS  1 {meridian}:release, 2 {meridian}:release-history
-- ARGV  1 version of the record that the change was made from, 0 for none
--       2 the new record as JSON
--       3 how many records the history keeps
-- Reply 1, or 0 when somebody else has changed it meanwhile.
--
-- Atomic, because of two operators who change it at once one would undo the other without knowing.

local known = redis.call('GET', KEYS[1])
local version = known and cjson.decode(known).version or 0
if version ~= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('LPUSH', KEYS[2], ARGV[2])
redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[3]) - 1)
return 1
