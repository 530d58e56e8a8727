-- Takes out of an inbox what is not of its epoch.
--
-- KEYS  in:<epoch>
-- ARGV  1 epoch  2 sequence the reader has come to
-- Reply how many entries there were
--
-- Atomic: an entry that arrives in between would be refused, and nobody would try it again.

-- include: link-inbox

return mend(KEYS[1], ARGV[1], ARGV[2])
