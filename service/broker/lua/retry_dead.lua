-- Put one dead job back into its queue; the ledger counts it as enqueued anew.
--
-- KEYS  dead, dead records, dead messages, queue, ledger, wake
-- ARGV  job id, queue name, message
-- Returns 1, or 0 when the job is not dead (any more).

if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('HINCRBY', KEYS[5], ARGV[2] .. ':enqueued', 1)
redis.call('LPUSH', KEYS[4], '\n' .. ARGV[3])
if redis.call('EXISTS', KEYS[6]) == 0 then redis.call('LPUSH', KEYS[6], 1) end
return 1
