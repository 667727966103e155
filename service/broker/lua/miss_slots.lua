-- Count slots of a cron entry for which nothing was run, once, whoever notices first.
--
-- KEYS  cron slots, cron missed
-- ARGV  cron entry, the slot it ran for last, the last slot missed, how many were missed
-- Returns 1, or 0 when another Beat has dealt with them.

if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('HINCRBY', KEYS[2], ARGV[1], ARGV[4])
return 1
