-- Lease up to `want` jobs, strictly in the order of the queues.
--
-- KEYS  unacked, unacked_index, ledger, then the queues, then their wake lists
-- ARGV  want, tag prefix, first sequence number, queue names...
-- Returns, per job: the number of its queue (from 1), its raw item. The tag of the n-th job
-- is prefix .. (first + n - 1) .. ':' .. queue name.
--
-- An item is the message behind a mark that JSON readers skip as white space: a line feed
-- (counted in the ledger), then one space per delivery that was taken back.

local want, prefix, seq = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local queues = #ARGV - 3
local now = redis.call('TIME')
now = now[1] + now[2] / 1e6

local function wake(i) return KEYS[3 + queues + i] end

local leases, renewals, reply = {}, {}, {}
for i = 1, queues do
  if want <= 0 then break end
  local items = redis.call('RPOP', KEYS[3 + i], want) or {}
  local queue = ARGV[3 + i]
  for _, item in ipairs(items) do
    if string.byte(item, 1) ~= 10 then  -- put there by a plain Celery client: adopt it
      item = '\n' .. item
      redis.call('HINCRBY', KEYS[3], queue .. ':enqueued', 1)
    end
    local tag = prefix .. seq .. ':' .. queue
    seq = seq + 1
    leases[#leases + 1] = tag
    leases[#leases + 1] = '[' .. item .. ',"","' .. queue .. '"]'  -- kombu's own format
    renewals[#renewals + 1] = now
    renewals[#renewals + 1] = tag
    reply[#reply + 1] = i
    reply[#reply + 1] = item
  end
  want = want - #items
end

if #leases > 0 then
  redis.call('HSET', KEYS[1], unpack(leases))
  redis.call('ZADD', KEYS[2], unpack(renewals))
end

if want > 0 then  -- all queues are empty: nobody need be woken for them
  for i = 1, queues do redis.call('DEL', wake(i)) end
else              -- perhaps more work than this worker has room for: leave a token for others
  for i = 1, queues do
    if redis.call('LLEN', KEYS[3 + i]) > 0 then
      if redis.call('EXISTS', wake(i)) == 0 then redis.call('LPUSH', wake(i), 1) end
      break
    end
  end
end
return reply
