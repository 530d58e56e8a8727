-- Lets a ticket into its queue, unless one of its players waits already.
--
-- KEYS  claims
-- ARGV  most tickets that may wait in its queue, then the ticket (ticket-index)
-- Reply {'entered'} | {'player-busy', player, ticket he waits on} | {'queue-full', tickets that wait}
--
-- Atomic: of two tickets of one player only one may get in, and not more into a queue than it takes.

-- include: ticket-index

local ticket = ticket_at(2)
local player, other = busy_player_of(ticket)
if player then return { 'player-busy', player, other } end
local waiting = redis.call('ZCARD', queue_of(ticket.queue))
if waiting >= tonumber(ARGV[1]) then return { 'queue-full', waiting } end
put(ticket)
return { 'entered' }
