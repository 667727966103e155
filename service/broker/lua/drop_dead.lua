-- Forget one dead job. The ledger keeps having counted it as dead.
--
-- KEYS  dead, dead records, dead messages
-- ARGV  job id
-- Returns 1, or 0 when the job is not dead (any more).

redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
return redis.call('ZREM', KEYS[1], ARGV[1])
