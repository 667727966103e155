-- Store what a process says of itself under the broker's clock; forget those long silent.
--
-- KEYS  what they say, when they were seen
-- ARGV  name, what it says (JSON; '' = goodbye), seconds to remember, and for who wants to know how
--       far its clock is ahead of the broker's, its clock (Unix seconds): that goes before the rest

-- A full broker refuses a script whose first write may need memory. This one needs none.
redis.call('PERSIST', KEYS[1])

local now = redis.call('TIME')
now = now[1] + now[2] / 1e6
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  local ahead = ARGV[4] and string.format('%.3f ', ARGV[4] - now) or ''
  redis.call('HSET', KEYS[1], ARGV[1], ahead .. ARGV[2])
  redis.call('ZADD', KEYS[2], now, ARGV[1])
end
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[3])) do
  redis.call('HDEL', KEYS[1], name)
  redis.call('ZREM', KEYS[2], name)
end
return 1
