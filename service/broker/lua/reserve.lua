-- Lease up to `want` jobs, strictly in the order of the queues.
--
-- A suspect is a job whose worker fell silent on each delivery but the last it is allowed. Was it
-- the job, or one leased beside it? It runs alone now: only a worker that holds nothing is given
-- it, and nothing else with it. For everyone else it stays at the head of its queue.
--
-- KEYS  unacked, unacked_index, ledger, then the queues, then their wake lists
-- ARGV  tag prefix, deliveries taken back that make a suspect, how many queues, their names...,
--       then want, the first sequence number, how many jobs the worker holds
-- Returns how many suspects were left in place, then per job: the number of its queue (from 1),
-- its raw item. The tag of the n-th job is prefix .. (first + n - 1) .. ':' .. queue name.
--
-- An item is the message behind a mark that JSON readers skip as white space: a line feed
-- (counted in the ledger), then one space per delivery that was taken back.

local prefix, suspicion = ARGV[1], '\n' .. string.rep(' ', tonumber(ARGV[2]))
local queues = tonumber(ARGV[3])
local want, seq, held = tonumber(ARGV[4 + queues]), tonumber(ARGV[5 + queues]), tonumber(ARGV[6 + queues])
local now = redis.call('TIME')
now = now[1] + now[2] / 1e6

-- Whether the enqueue script wrote into a message's header, and so counted its job.
local function stamped(item)
  local _, opening = string.find(item, '"headcount":%s*{')
  return opening and string.find(string.match(item, '^[^}]*', opening), '"enqueued_at"', 1, true)
end

-- A plain worker that held a job gives it back or retries it without the mark. It tells so: kombu
-- says twice that it is redelivered, and a retry shows arguments, which messages of ours hide. Who
-- has our stamps and no such words is a copy of a message, and is counted now.
local function given_back(item)
  local _, once = string.find(item, '"redelivered":%s*true')
  return once and string.find(item, '"redelivered":%s*true', once)
    or string.find(item, '"retries":%s*[1-9]') and not string.find(item, '"argsrepr":%s*"%(hidden%)"')
end

local function name(i) return ARGV[3 + i] end
local function wake(i) return KEYS[3 + queues + i] end

local leases, renewals, reply, left = {}, {}, {0}, {}
local last = 1  -- the first queue that may hold more than suspects when all that was wanted is taken

local function lease(i, item)
  if string.byte(item, 1) ~= 10 then  -- put there by a plain Celery client: adopt it
    if not (stamped(item) and given_back(item)) then
      redis.call('HINCRBY', KEYS[3], name(i) .. ':enqueued', 1)
    end
    item = '\n' .. item
  end
  local tag = prefix .. seq .. ':' .. name(i)
  seq, held = seq + 1, held + 1
  leases[#leases + 1] = tag
  leases[#leases + 1] = '[' .. item .. ',"","' .. name(i) .. '"]'  -- kombu's own format
  renewals[#renewals + 1] = now
  renewals[#renewals + 1] = tag
  reply[#reply + 1] = i
  reply[#reply + 1] = item
  want = want - 1
end

for i = 1, queues do
  local back = {}
  left[i] = 0
  if want > 0 then last = i end
  while want > 0 do
    local items = redis.call('RPOP', KEYS[3 + i], want) or {}
    if #items == 0 then break end
    for _, item in ipairs(items) do
      if string.sub(item, 1, #suspicion) ~= suspicion then
        if want > 0 then lease(i, item) else back[#back + 1] = item end
      elseif held == 0 then
        lease(i, item)
        want = 0
      else
        back[#back + 1] = item
        left[i] = left[i] + 1
      end
    end
  end
  for n = #back, 1, -1 do redis.call('RPUSH', KEYS[3 + i], back[n]) end
  reply[1] = reply[1] + left[i]
end

if #leases > 0 then
  redis.call('HSET', KEYS[1], unpack(leases))
  redis.call('ZADD', KEYS[2], unpack(renewals))
end

if want > 0 then  -- all queues are empty, but for suspects: nobody need be woken for them
  for i = 1, queues do redis.call('DEL', wake(i)) end
else              -- perhaps more work than this worker has room for: leave a token for others
  for i = last, queues do
    if redis.call('LLEN', KEYS[3 + i]) > left[i] then
      if redis.call('EXISTS', wake(i)) == 0 then redis.call('LPUSH', wake(i), 1) end
      break
    end
  end
end
return reply
