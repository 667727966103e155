-- One consistent picture. Its cost does not grow with the number of waiting jobs.
--
-- KEYS  ledger, unacked, unacked_index, workers, workers seen,
--       cron, cron dispatched, cron missed, cron successes, beat,
--       then per queue: queue, scheduled, dead
-- Returns {now, ledger, leased tags, oldest renewal, workers, seen, the cron keys, beat,
--          per queue: {ready, oldest item, scheduled, first due, dead}}

local now = redis.call('TIME')
local queues = {}
for i = 11, #KEYS, 3 do
  local first = redis.call('ZRANGE', KEYS[i + 1], 0, 0, 'WITHSCORES')
  queues[#queues + 1] = {
    redis.call('LLEN', KEYS[i]),
    redis.call('LINDEX', KEYS[i], -1) or '',
    redis.call('ZCARD', KEYS[i + 1]),
    first[2] or '',
    redis.call('ZCARD', KEYS[i + 2]),
  }
end
return {
  now[1] .. '.' .. string.format('%06d', now[2]),
  redis.call('HGETALL', KEYS[1]),
  redis.call('HKEYS', KEYS[2]),
  redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2] or '',
  redis.call('HGETALL', KEYS[4]),
  redis.call('ZRANGE', KEYS[5], 0, -1, 'WITHSCORES'),
  redis.call('HGETALL', KEYS[6]),
  redis.call('HGETALL', KEYS[7]),
  redis.call('HGETALL', KEYS[8]),
  redis.call('HGETALL', KEYS[9]),
  redis.call('HGETALL', KEYS[10]),
  queues,
}
