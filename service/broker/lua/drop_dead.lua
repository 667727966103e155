-- Forget dead jobs of one queue. The ledger keeps having counted them as dead.
--
-- KEYS  dead, dead records, dead messages
-- ARGV  job ids
-- Returns per job: 'done', or 'gone' when it is not dead (any more).

local fates = {}
for i, id in ipairs(ARGV) do
  fates[i] = 'gone'
  if redis.call('ZREM', KEYS[1], id) == 1 then
    redis.call('HDEL', KEYS[2], id)
    redis.call('HDEL', KEYS[3], id)
    fates[i] = 'done'
  end
end
return fates
