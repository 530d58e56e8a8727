-- Puts tickets back that this Redis has lost.
--
-- KEYS  claims
-- ARGV  tickets (ticket-index), one after the other
-- Reply ids of those that were put back
--
-- What is there is newer, and a player who waits on another ticket has entered it since.
--
-- Atomic: a player who enters at the same moment must not be on two tickets.

-- include: ticket-index

local restored = {}
local at = 1
while at <= #ARGV do
  local ticket, next_at = ticket_at(at)
  if redis.call('EXISTS', key_of(ticket.id)) == 0 and not busy_player_of(ticket) then
    put(ticket)
    restored[#restored + 1] = ticket.id
  end
  at = next_at
end
return restored
