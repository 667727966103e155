-- What is few, however many jobs and workers there are. The rest of a snapshot is read by plain
-- commands in the same transaction: long replies cost several times as much through Lua.
--
-- KEYS  ledger, unacked_index, beat, then per queue: queue, scheduled, dead
-- ARGV  how many of the newest dead jobs to look for in each queue
-- Returns {now, ledger, oldest renewal, beat,
--          per queue: {ready, oldest item, scheduled, first due, dead},
--          {id, when it died, ...} of the newest dead jobs}

local now = redis.call('TIME')
local queues, newest = {}, {}
for i = 4, #KEYS, 3 do
  local first = redis.call('ZRANGE', KEYS[i + 1], 0, 0, 'WITHSCORES')
  queues[#queues + 1] = {
    redis.call('LLEN', KEYS[i]),
    redis.call('LINDEX', KEYS[i], -1) or '',
    redis.call('ZCARD', KEYS[i + 1]),
    first[2] or '',
    redis.call('ZCARD', KEYS[i + 2]),
  }
  for _, part in ipairs(redis.call('ZREVRANGE', KEYS[i + 2], 0, ARGV[1] - 1, 'WITHSCORES')) do
    newest[#newest + 1] = part
  end
end
return {
  now[1] .. '.' .. string.format('%06d', now[2]),
  redis.call('HGETALL', KEYS[1]),
  redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2] or '',
  redis.call('HGETALL', KEYS[3]),
  queues,
  newest,
}
