-- Take back what silent workers hold.
--
-- KEYS  unacked, unacked_index, ledger, sweeper
-- ARGV  lease seconds, deliveries allowed, key prefix, seconds after which a plain Celery worker
--       is taken for dead, queue names...
-- Returns per lease: its tag, its queue, how many deliveries it was, and the item of a job that
-- has had all it is allowed ('' where the job is back in its queue). Such a job is the caller's
-- to bury, within one more lease.

local lease_seconds, allowed, prefix = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local now = redis.call('TIME')
now = now[1] + now[2] / 1e6

-- A full broker refuses a script whose first write may need memory. This one needs none.
redis.call('PERSIST', KEYS[4])

-- Nobody swept for a while: the broker or everyone was away, so nobody could renew either.
-- Everyone gets one whole lease to report before anything is taken back.
local last = tonumber(redis.call('HGET', KEYS[4], 'swept') or now)
redis.call('HSET', KEYS[4], 'swept', now)
if now - last > lease_seconds / 2 then redis.call('HSET', KEYS[4], 'grace', now + lease_seconds) end
if now < tonumber(redis.call('HGET', KEYS[4], 'grace') or 0) then return {} end

-- A plain Celery worker has leases too, never renews them, and restores old ones by itself.
-- Once none is left to do so, its jobs go back to their queues here, uncounted or counted as they
-- were: lua/enqueue.lua stamps the jobs that it counts.
local function stamped(message)
  local _, opening = string.find(message, '"headcount":%s*{')
  return opening and string.find(string.match(message, '^[^}]*', opening), '"enqueued_at"', 1, true)
end

local function restore_plain(tag, lease)
  local age = now - redis.call('ZSCORE', KEYS[2], tag)
  local message, queue = string.match(lease, '^%[(.*),%s*"[^"]*",%s*"([^"]*)"%]$')
  for i = 5, #ARGV do
    if queue == ARGV[i] and age > tonumber(ARGV[4]) then
      redis.call('ZREM', KEYS[2], tag)
      redis.call('HDEL', KEYS[1], tag)
      redis.call('RPUSH', queue, stamped(message) and '\n' .. message or message)
    end
  end
end

local taken, silent = {}, 0
for _, tag in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - lease_seconds)) do
  local lease = redis.call('HGET', KEYS[1], tag)
  local marks, message, queue
  if lease then
    marks, message, queue = string.match(lease, '^%[\n( *)(.*),"[^"]*","([^"]*)"%]$')
  end
  if marks then
    local item, deliveries, poison = '\n' .. marks .. ' ' .. message, #marks + 1, ''
    redis.call('HINCRBY', KEYS[3], queue .. ':leases_expired', 1)
    if deliveries >= allowed then
      poison = item
      redis.call('ZADD', KEYS[2], now, tag)
    else
      redis.call('ZREM', KEYS[2], tag)
      redis.call('HDEL', KEYS[1], tag)
      redis.call('RPUSH', queue, item)
      local wake = prefix .. 'wake:' .. queue
      if redis.call('EXISTS', wake) == 0 then redis.call('LPUSH', wake, 1) end
    end
    for _, one in ipairs({tag, queue, deliveries, poison}) do taken[#taken + 1] = one end
    silent = silent + 1
    if silent == 100 then break end  -- the rest is for the next sweep
  elseif lease then
    restore_plain(tag, lease)
  else
    redis.call('ZREM', KEYS[2], tag)  -- an index entry without a lease protects nothing
  end
end
return taken
