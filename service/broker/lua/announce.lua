-- Store how a process says it is set up, and how far its clock is ahead of the broker's.
--
-- KEYS  processes, processes seen
-- ARGV  name, set-up (JSON; '' = it has ended), its clock (Unix seconds), seconds to remember

-- A full broker refuses a script whose first write may need memory. This one needs none.
redis.call('PERSIST', KEYS[1])

local now = redis.call('TIME')
now = now[1] + now[2] / 1e6
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%.3f ', ARGV[3] - now) .. ARGV[2])
  redis.call('ZADD', KEYS[2], now, ARGV[1])
end
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[4])) do
  redis.call('HDEL', KEYS[1], name)
  redis.call('ZREM', KEYS[2], name)
end
return 1
