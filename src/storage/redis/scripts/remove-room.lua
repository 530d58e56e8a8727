-- Takes a room that has ended, or is written off, out of the directory.
--
-- KEYS  owners
-- ARGV  room, node, epoch, reason ('' for a room that has ended)
-- Reply 1; 0 when it is not the node's under that epoch
--
-- Atomic: an owner that is not one any more must not remove its successor's room.

-- include: room-index

local room, node = ARGV[1], ARGV[2]
local owner, epoch = owner_of(room)
if owner ~= node or epoch ~= tonumber(ARGV[3]) then return 0 end
if ARGV[4] == '' then forget(room, node) else lose(room, node, ARGV[4]) end
return 1
