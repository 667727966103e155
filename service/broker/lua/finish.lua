-- End leases and count how their jobs ended. Whoever really removes a lease counts its job.
--
-- KEYS  unacked, unacked_index, ledger, dead records, dead messages
-- ARGV  how many dead jobs a queue keeps, key prefix, then six per lease:
--       tag, queue name, state, job id, detail, uniqueness key
-- state      detail
-- succeeded  -
-- discarded  -
-- dead       the record to show people (JSON)
-- again      due (Unix seconds or ''), a line feed, the next attempt's message
-- released   - (back to the head of its queue, as if never taken)
-- Returns how many leases were removed.

local keep, prefix, removed = tonumber(ARGV[1]), ARGV[2], 0

local function wake(queue)
  local key = prefix .. 'wake:' .. queue
  if redis.call('EXISTS', key) == 0 then redis.call('LPUSH', key, 1) end
end

-- Written at once in the end: most of a batch ended alike, and four jobs take a tenth less time so.
local counts = {}

local function count(queue, what, n)
  local field = queue .. ':' .. what
  counts[field] = (counts[field] or 0) + n
end

local function bury(queue, tag, id, record, item)
  local graves, now = prefix .. 'dead:' .. queue, redis.call('TIME')
  if redis.call('HEXISTS', KEYS[5], id) == 1 then id = id .. '@' .. tag end  -- another job's place
  redis.call('ZADD', graves, now[1] + now[2] / 1e6, id)
  redis.call('HSET', KEYS[4], id, record)
  redis.call('HSET', KEYS[5], id, item)
  local surplus = redis.call('ZCARD', graves) - keep
  if surplus > 0 then
    for i, member in ipairs(redis.call('ZPOPMIN', graves, surplus)) do
      if i % 2 == 1 then
        redis.call('HDEL', KEYS[4], member)
        redis.call('HDEL', KEYS[5], member)
      end
    end
    count(queue, 'dead_overflow', surplus)
  end
end

for i = 3, #ARGV, 6 do
  local tag, queue, state, id = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local detail, unique = ARGV[i + 4], ARGV[i + 5]
  local item
  if state == 'dead' or state == 'released' then
    local lease = redis.call('HGET', KEYS[1], tag)
    item = lease and string.match(lease, '^%[(.*),"[^"]*","[^"]*"%]$')
  end
  if redis.call('HDEL', KEYS[1], tag) == 1 then
    removed = removed + 1
    redis.call('ZREM', KEYS[2], tag)
    if state == 'released' then
      redis.call('RPUSH', queue, item)
      wake(queue)
    elseif state == 'again' then
      local due, message = string.match(detail, '^([^\n]*)(\n.*)$')
      if due == '' then
        redis.call('LPUSH', queue, message)
        wake(queue)
      else
        redis.call('ZADD', prefix .. 'scheduled:' .. queue, due, message)
      end
    else
      count(queue, state, 1)
      if state == 'dead' then bury(queue, tag, id, detail, item) end
      if unique ~= '' and redis.call('GET', unique) == id then redis.call('DEL', unique) end
    end
  end
end
for field, n in pairs(counts) do redis.call('HINCRBY', KEYS[3], field, n) end
return removed
