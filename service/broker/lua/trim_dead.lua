-- Forget up to `most` jobs that have been dead for too long, the oldest first, and count them.
--
-- KEYS  dead, dead records, dead messages, ledger
-- ARGV  queue name, seconds a dead job is kept, most
-- Returns how many were forgotten.

local now = redis.call('TIME')
local before = now[1] + now[2] / 1e6 - ARGV[2]
local old = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', before, 'LIMIT', 0, ARGV[3])
if #old > 0 then
  redis.call('ZREM', KEYS[1], unpack(old))
  redis.call('HDEL', KEYS[2], unpack(old))
  redis.call('HDEL', KEYS[3], unpack(old))
  redis.call('HINCRBY', KEYS[4], ARGV[1] .. ':dead_overflow', #old)
end
return #old
