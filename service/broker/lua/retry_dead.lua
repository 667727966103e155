-- Put dead jobs of one queue back into it; the ledger counts them as enqueued anew.
--
-- KEYS  dead, dead records, dead messages, queue, ledger, wake
-- ARGV  queue name, then four per job: id, message, uniqueness key ('' = none), its milliseconds
-- Returns per job: 'done'; 'gone' when it is not dead (any more); or 'pending <id>' when that
-- job has its uniqueness, beside which it stays dead.

local fates, back = {}, 0

local function other_holder(key, id, lasting)
  if key == '' or redis.call('SET', key, id, 'NX', 'PX', lasting) then return nil end
  local holder = redis.call('GET', key)
  return holder ~= id and holder or nil
end

for i = 2, #ARGV, 4 do
  local id, fate = ARGV[i], 'gone'
  if redis.call('ZSCORE', KEYS[1], id) then
    local holder = other_holder(ARGV[i + 2], id, ARGV[i + 3])
    if holder then
      fate = 'pending ' .. holder
    else
      redis.call('ZREM', KEYS[1], id)
      redis.call('HDEL', KEYS[2], id)
      redis.call('HDEL', KEYS[3], id)
      redis.call('LPUSH', KEYS[4], '\n' .. ARGV[i + 1])
      back, fate = back + 1, 'done'
    end
  end
  fates[#fates + 1] = fate
end

if back > 0 then
  redis.call('HINCRBY', KEYS[5], ARGV[1] .. ':enqueued', back)
  if redis.call('EXISTS', KEYS[6]) == 0 then redis.call('LPUSH', KEYS[6], 1) end
end
return fates
