-- Move due jobs from their schedules into their queues, and see to it that somebody is woken for
-- whatever waits: plain Celery publishers leave no token, and a worker may die with the last one.
--
-- KEYS  per queue: scheduled, queue, wake
-- ARGV  how many at most per queue
-- Returns how many were moved, and in how many seconds the next job is due (text; '' = none).

-- A full broker refuses a script whose first write may need memory. This one needs none.
redis.call('PERSIST', KEYS[1])

local now, moved, due_next = redis.call('TIME'), 0, false
now = now[1] + now[2] / 1e6
for i = 1, #KEYS, 3 do
  local scheduled, queue, wake = KEYS[i], KEYS[i + 1], KEYS[i + 2]
  local due = redis.call('ZRANGEBYSCORE', scheduled, '-inf', now, 'LIMIT', 0, ARGV[1])
  if #due > 0 then
    redis.call('ZREM', scheduled, unpack(due))
    redis.call('LPUSH', queue, unpack(due))
    moved = moved + #due
  end
  if redis.call('EXISTS', wake) == 0 and redis.call('EXISTS', queue) == 1 then
    redis.call('LPUSH', wake, 1)
  end
  local first = redis.call('ZRANGE', scheduled, 0, 0, 'WITHSCORES')[2]
  if first then due_next = math.min(due_next or math.huge, first - now) end
end
return {moved, due_next and string.format('%.3f', due_next) or ''}
