-- One epoch up, same owner.
--
-- KEYS  owners
-- ARGV  room, node, epoch, epoch wanted
-- Reply 1, also when it has been wanted before; 0 when the room is not the node's under either epoch
--
-- Atomic: see update-room.

-- include: room-index

local owner, epoch, durable = owner_of(ARGV[1])
if owner ~= ARGV[2] then return 0 end
if epoch ~= tonumber(ARGV[3]) and epoch ~= tonumber(ARGV[4]) then return 0 end
set_owner(ARGV[1], owner, tonumber(ARGV[4]), durable)
return 1
