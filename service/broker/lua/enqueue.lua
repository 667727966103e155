-- Put one job into its queue, or on its schedule, and count it.
--
-- KEYS  queue, scheduled, ledger, wake, unacked, unacked_index [, unique]
-- ARGV  message, due (Unix seconds, '' = now), queue name,
--       tag of the lease this job continues ('' = a new job),
--       job id, milliseconds of uniqueness
-- Returns 'enqueued'; the id of the job that is pending already; or 'superseded' when the
-- lease to continue was taken back meanwhile, so that another attempt owns the job.

local message, due, queue, continues = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

if KEYS[7] and not redis.call('SET', KEYS[7], ARGV[5], 'NX', 'PX', ARGV[6]) then
  local pending = redis.call('GET', KEYS[7])
  if pending ~= ARGV[5] then return pending end
end

if continues == '' then
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
