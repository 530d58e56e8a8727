-- What a bot has decided, and that it has read the messages it decided on.
--
-- KEYS  1 turn, 2 state, 3 inbox, all {meridian:incidents}
-- ARGV  1 id of the bot, 2 state, 3 how many messages it holds the outcome of
-- Reply 1, or 0 when it is not the bot's turn any more: then nothing has changed.
--
-- Atomic, because a state without its messages taken would decide on them twice, and messages taken without it never.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('LTRIM', KEYS[3], ARGV[3], -1)
return 1
