-- Store what a Beat says of itself and its cron entries; forget entries no Beat speaks of.
--
-- KEYS  beat, cron, cron seen, cron slots, cron dispatched, cron missed, cron successes,
--       canaries
-- ARGV  seconds to remember, the slot that a new entry counts as having run for,
--       then per entry: its task, its description (JSON)
-- Returns per entry, in their order, the slot it ran for last.

local now = redis.call('TIME')
now = now[1] + now[2] / 1e6
redis.call('HSET', KEYS[1], 'last_tick', string.format('%.3f', now))

local slots = {}
for i = 3, #ARGV, 2 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
  redis.call('ZADD', KEYS[3], now, ARGV[i])
  redis.call('HSETNX', KEYS[4], ARGV[i], ARGV[2])
  slots[#slots + 1] = redis.call('HGET', KEYS[4], ARGV[i])
end
for _, task in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now - ARGV[1])) do
  redis.call('ZREM', KEYS[3], task)
  for _, key in ipairs({KEYS[2], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8]}) do
    redis.call('HDEL', key, task)
  end
end
return slots
