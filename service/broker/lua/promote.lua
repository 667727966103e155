-- Move due jobs from their schedules into their queues.
--
-- KEYS  per queue: scheduled, queue, wake
-- ARGV  how many at most per queue
-- Returns how many were moved.

local now, moved = redis.call('TIME'), 0
now = now[1] + now[2] / 1e6
for i = 1, #KEYS, 3 do
  local due = redis.call('ZRANGEBYSCORE', KEYS[i], '-inf', now, 'LIMIT', 0, ARGV[1])
  if #due > 0 then
    redis.call('ZREM', KEYS[i], unpack(due))  -- first: a full broker allows no other beginning
    redis.call('LPUSH', KEYS[i + 1], unpack(due))
    if redis.call('EXISTS', KEYS[i + 2]) == 0 then redis.call('LPUSH', KEYS[i + 2], 1) end
    moved = moved + #due
  end
end
return moved
