-- Copies entries of a region's outbox into its inbox here, under their own ids. The inbox is its own cursor: what it has already
-- is skipped, so a bridge that repeats itself, and a second bridge, do no harm.
--
-- KEYS  1 in:<epoch>  2 epochs  3 heard (of that peer)
-- ARGV  1 epoch  2 sequence up to which the bridge believes that all is here  3 most entries in the inbox
--       4 life of the inbox of an earlier epoch, ms  5 consumer group
--       then {sequence, type, ULID, envelope} × n, in order; type 'm' a message, 'r' one that was here before this Redis lost it,
--       'x' one that was dropped on the way, 'h' the end of a hole in which everything had expired
-- Reply {status, sequence of the last entry here, entries that were added, entries that were here, gaps, foreign entries taken out}
--       status 'ok'; 'behind': this Redis has less than the bridge believes; 'full'; or the text of an error: nothing after
--       the entry that failed was added
--
-- Numbers that are missing leave a marker in their place (field g), so everybody who reads the inbox hears of the gap where
-- it is, once. So does the begin of an epoch that is not the first.
--
-- Atomic: stops at the first entry that fails, so there is never a later one without it.

-- include: link-inbox

local INBOX, EPOCHS, HEARD = KEYS[1], KEYS[2], KEYS[3]
local epoch, after, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

redis.pcall('SET', HEARD, now_ms())
local mended = mend(INBOX, epoch, ARGV[2])
local _, last_text = last_id_of(INBOX)
local is_new = last_text == nil
local last = tonumber(last_text or '0')
local added, repeated, gaps = 0, 0, 0

local function reply(status)
  return { status, string.format('%.0f', last), added, repeated, gaps, mended }
end

if last < after then return reply('behind') end
if not is_new and redis.call('XLEN', INBOX) >= most then return reply('full') end

local function register()
  local is_known = redis.call('ZSCORE', EPOCHS, epoch)
  local others = redis.call('ZRANGE', EPOCHS, 0, -1, 'WITHSCORES')
  if is_known then return #others > 2 end
  local prefix = string.sub(INBOX, 1, -(#epoch + 1))
  for at = 1, #others, 2 do
    local stream = prefix .. others[at]
    local life = redis.call('PTTL', stream)
    if life == -1 then redis.call('PEXPIRE', stream, ARGV[4]) end
    if life == -2 then redis.call('ZREM', EPOCHS, others[at]) end
  end
  redis.call('ZADD', EPOCHS, tonumber(others[#others] or '0') + 1, epoch)
  return #others > 0
end

local has_predecessor = is_new and register()

-- Returns the text of the error, or nil.
local function add(sequence, ...)
  local result = redis.pcall('XADD', INBOX, epoch .. '-' .. string.format('%.0f', sequence), ...)
  if type(result) == 'table' and result.err then return result.err end
  if is_new then
    is_new = false
    redis.pcall('XGROUP', 'CREATE', INBOX, ARGV[5], 0)
  end
  return nil
end

for at = 6, #ARGV, 4 do
  local sequence, kind = tonumber(ARGV[at]), ARGV[at + 1]
  if sequence <= last and not is_new then
    repeated = repeated + 1
  else
    local follows = sequence == last + 1 and not has_predecessor
    local failed
    if not follows and (kind ~= 'h' or has_predecessor) then
      failed = add(sequence - 1, 'g', '1')
      if failed then return reply(failed) end
      gaps = gaps + 1
      last = sequence - 1
    end
    has_predecessor = false
    if kind == 'm' then
      failed = add(sequence, 'i', ARGV[at + 2], 'm', ARGV[at + 3])
    elseif kind == 'r' then
      failed = add(sequence, 'i', ARGV[at + 2], 'm', ARGV[at + 3], 'r', '1')
    else
      failed = add(sequence, kind, '1')
    end
    if failed then return reply(failed) end
    added = added + 1
    last = sequence
  end
end
return reply('ok')
