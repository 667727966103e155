-- Put one job into its queue, or on its schedule, and count it. Sent again within a minute (its
-- publisher never heard the answer), it changes nothing.
--
-- KEYS  queue, scheduled, ledger, wake, unacked, unacked_index
-- ARGV  key prefix, queue name, message, due (Unix seconds, '' = now), job id,
--       name of this publish among those with the same id,
--       tag of the lease this job continues ('' = a new job),
--       uniqueness key ('' = not unique), milliseconds of uniqueness
--       [, cron entry, the slot it ran for last, the slot this job is for]
-- Returns 'enqueued'; 'pending <id>': a job with the same arguments is; 'taken': another Beat
-- has claimed the slot; 'superseded': the lease to continue was taken back meanwhile, so that
-- another attempt owns the job.

local prefix, queue, message, due, id = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local continues, unique, entry = ARGV[7], ARGV[8], ARGV[10]
local now = redis.call('TIME')

local function sent_before(publish)  -- in this minute or the one before
  local minute = math.floor(now[1] / 60)
  local before, this = prefix .. 'enqueued:' .. minute - 1, prefix .. 'enqueued:' .. minute
  if redis.call('SISMEMBER', before, publish) == 1 then return true end
  if redis.call('SADD', this, publish) == 0 then return true end
  if redis.call('SCARD', this) == 1 then redis.call('EXPIRE', this, 120) end
  return false
end

if entry and redis.call('HGET', prefix .. 'cron:slots', entry) ~= ARGV[11] then return 'taken' end

local first, pending = false, id
if unique ~= '' and continues == '' then
  first = redis.call('SET', unique, id, 'NX', 'PX', ARGV[9])
  pending = first and id or redis.call('GET', unique)
end
if entry then
  redis.call('HSET', prefix .. 'cron:slots', entry, ARGV[12])
  redis.call('HSET', prefix .. 'cron:dispatched', entry, now[1])
end
if pending ~= id then return 'pending ' .. pending end

if continues == '' then
  if sent_before(queue .. ':' .. ARGV[6] .. ':' .. id) then
    if first then redis.call('DEL', unique) end  -- it has run meanwhile, and let go of it
    return 'enqueued'
  end
  redis.call('HINCRBY', KEYS[3], queue .. ':enqueued', 1)
else
  if redis.call('HDEL', KEYS[5], continues) == 0 then return 'superseded' end
  redis.call('ZREM', KEYS[6], continues)
  local from = string.match(continues, ':([^:]*)$')
  if from ~= queue then
    redis.call('HINCRBY', KEYS[3], from .. ':moved', 1)
    redis.call('HINCRBY', KEYS[3], queue .. ':enqueued', 1)
  end
end

if due ~= '' then
  redis.call('ZADD', KEYS[2], due, '\n' .. message)
else
  redis.call('LPUSH', KEYS[1], '\n' .. message)
  if redis.call('EXISTS', KEYS[4]) == 0 then redis.call('LPUSH', KEYS[4], 1) end
end
return 'enqueued'
