-- The pseudonyms of players in analytics; who has none gets one.
--
-- KEYS  alias, erased for each player
-- ARGV  life of an alias that is not used, ms, then a new alias for each player
-- Reply the alias for each, '' for who was erased
--
-- Atomic: two nodes that meet a player at once must give him one alias, and who is erased in between must get none.

local aliases = {}
for player = 1, #KEYS / 2 do
  local alias, erased = KEYS[player * 2 - 1], KEYS[player * 2]
  if redis.call('EXISTS', erased) == 1 then
    aliases[player] = ''
  else
    redis.call('SET', alias, ARGV[player + 1], 'NX', 'PX', ARGV[1])
    redis.call('PEXPIRE', alias, ARGV[1])
    aliases[player] = redis.call('GET', alias)
  end
end
return aliases
