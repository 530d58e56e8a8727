-- Makes a node the owner of a new room, epoch 1.
--
-- KEYS  owners
-- ARGV  room, node, durable (1|0), listing, buckets record, joinable (1|0)
-- Reply 1; 0 when the id is taken or its room is lost, or the node was declared dead
--
-- Atomic: of two nodes that make one room only one may get it, and a node must not get rooms after its rooms were shared out.

-- include: room-index

local room, node = ARGV[1], ARGV[2]
if redis.call('EXISTS', TAG .. 'dead:' .. node, TAG .. 'lost:' .. room) > 0 then return 0 end
local owner, epoch = owner_of(room)
-- Our own first write may be sent twice, when the connection broke before its reply.
if owner and not (owner == node and epoch == 1) then return 0 end
set_owner(room, node, 1, ARGV[3])
redis.call('SADD', TAG .. 'rooms-of:' .. node, room)
write_listing(room, ARGV[4], ARGV[5], ARGV[6] == '1')
return 1
