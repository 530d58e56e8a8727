-- A region says that it is there, and what is the case with it.
--
-- KEYS  1 heard  2 snapshots  3 in:<epoch> (of that peer)
-- ARGV  {name, version, life in ms, JSON} × n
-- Reply last id of the inbox; '' when there is none
--
-- Only a newer version changes something; so a bridge that woke up late cannot bring back the past, and a snapshot that nobody
-- makes anew grows old although the link lives. When the old one's life is over any version is welcome: the clock of that
-- region's Redis may have been set back.
--
-- Atomic: bridges that overlap compare and write.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local now_text = string.format('%.0f', now)
redis.call('SET', KEYS[1], now_text)
for at = 1, #ARGV, 4 do
  local name, version, life = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local held = redis.call('HGET', KEYS[2], name)
  local held_version, arrived = string.match(held or '', '^(%d+)\n(%d+)\n')
  local is_over = not arrived or now - tonumber(arrived) > life
  local is_other = tonumber(held_version or '-1') ~= version
  if is_other and (is_over or version > tonumber(held_version)) then
    redis.call('HSET', KEYS[2], name, ARGV[at + 1] .. '\n' .. now_text .. '\n' .. ARGV[at + 2] .. '\n' .. ARGV[at + 3])
  end
end
local info = redis.pcall('XINFO', 'STREAM', KEYS[3])
if info.err then return '' end
for at = 1, #info, 2 do
  if info[at] == 'last-generated-id' then return info[at + 1] end
end
return ''
