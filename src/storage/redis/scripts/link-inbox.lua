-- Included by the scripts that write to an inbox: the stream <…>:in:<epoch> of what comes from a region. All its ids begin with
-- the epoch; the last of them says how far the copy is.

local function now_ms()
  local time = redis.call('TIME')
  return string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
end

local function parts_of(id)
  return string.match(id, '^(%d+)%-(%d+)$')
end

-- epoch and sequence of the last id the stream ever had; nil when there is no stream.
local function last_id_of(stream)
  local info = redis.pcall('XINFO', 'STREAM', stream)
  if info.err then return nil end
  for at = 1, #info, 2 do
    if info[at] == 'last-generated-id' then return parts_of(info[at + 1]) end
  end
end

-- Takes out entries whose ids are not of this epoch: beyond them no entry of ours would be accepted. `fallback`: the sequence to
-- go on from when no entry of ours is left. Returns how many there were.
local function mend(stream, epoch, fallback)
  local last_epoch = last_id_of(stream)
  if last_epoch == nil or last_epoch == epoch then return 0 end
  local beyond = string.format('%.0f', tonumber(epoch) + 1) .. '-0'
  local removed = 0
  repeat
    local foreign = redis.call('XRANGE', stream, beyond, '+', 'COUNT', 100)
    for _, entry in ipairs(foreign) do
      removed = removed + redis.call('XDEL', stream, entry[1])
    end
  until #foreign == 0
  local sequence = fallback
  local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
  if newest then
    local newest_epoch, newest_sequence = parts_of(newest[1])
    if newest_epoch == epoch then sequence = newest_sequence end
  end
  local last = epoch .. '-' .. sequence
  redis.call('XSETID', stream, last)
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    local name, delivered
    for at = 1, #group, 2 do
      if group[at] == 'name' then name = group[at + 1] end
      if group[at] == 'last-delivered-id' then delivered = group[at + 1] end
    end
    local delivered_epoch = parts_of(delivered)
    -- It was delivered the foreign one, so it was delivered all before it.
    if tonumber(delivered_epoch) > tonumber(epoch) then redis.call('XGROUP', 'SETID', stream, name, last) end
  end
  return removed
end
