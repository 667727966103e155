-- Take back what silent workers hold.
--
-- KEYS  unacked, unacked_index, ledger, dead records, dead messages, sweeper
-- ARGV  lease seconds, deliveries allowed, seconds between sweeps, key prefix
-- Returns per lease taken back: its tag, 'returned' or 'dead'.

local lease_seconds, allowed, every = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local prefix, now = ARGV[4], redis.call('TIME')
now = now[1] + now[2] / 1e6

-- Nobody swept for a while: the broker or everyone was away, so nobody could renew either.
-- Everyone gets one whole lease to report before anything is taken back.
local last = tonumber(redis.call('HGET', KEYS[6], 'swept') or now)
redis.call('HSET', KEYS[6], 'swept', now)
if now - last > 4 * every then redis.call('HSET', KEYS[6], 'grace', now + lease_seconds) end
if now < tonumber(redis.call('HGET', KEYS[6], 'grace') or 0) then return {} end

local function job_id(item, tag)
  local read, message = pcall(cjson.decode, item)
  return read and type(message) == 'table' and type(message.headers) == 'table'
    and message.headers.id or tag
end

local taken = {}
local tags = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - lease_seconds, 'LIMIT', 0, 100)
for _, tag in ipairs(tags) do
  local lease = redis.call('HGET', KEYS[1], tag)
  local marks, message, queue
  if lease then
    marks, message, queue = string.match(lease, '^%[\n( *)(.*),"[^"]*","([^"]*)"%]$')
  end
  if marks then
    redis.call('ZREM', KEYS[2], tag)
    redis.call('HDEL', KEYS[1], tag)
    redis.call('HINCRBY', KEYS[3], queue .. ':leases_expired', 1)
    local item, fate = '\n' .. marks .. ' ' .. message, 'returned'
    if #marks + 1 >= allowed then
      fate = 'dead'
      local id = job_id(item, tag)
      redis.call('HINCRBY', KEYS[3], queue .. ':dead', 1)
      redis.call('ZADD', prefix .. 'dead:' .. queue, now, id)
      redis.call('HSET', KEYS[4], id, cjson.encode({
        id = id, queue = queue, outcome = 'lost', died_at = now, attempts = #marks + 1,
        error_type = 'WorkerLostError',
        error = 'its worker fell silent on each of ' .. (#marks + 1) .. ' deliveries'}))
      redis.call('HSET', KEYS[5], id, item)
    else
      redis.call('RPUSH', queue, item)
      local wake = prefix .. 'wake:' .. queue
      if redis.call('EXISTS', wake) == 0 then redis.call('LPUSH', wake, 1) end
    end
    taken[#taken + 1] = tag
    taken[#taken + 1] = fate
  elseif not lease then
    redis.call('ZREM', KEYS[2], tag)  -- an index entry without a lease protects nothing
  end
end
return taken
