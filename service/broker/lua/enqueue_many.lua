-- Put many jobs into one queue, first come first served, and count them. Sent again within
-- two minutes (its publisher never heard the answer), the batch changes nothing.
--
-- KEYS  queue, ledger, wake
-- ARGV  key prefix, queue name, batch id, message...
-- Returns how many.

local sent = ARGV[1] .. 'enqueued:batch:' .. ARGV[3]
if not redis.call('SET', sent, 1, 'NX', 'EX', 120) then return #ARGV - 3 end

local marked = {}
for i = 4, #ARGV do marked[i - 3] = '\n' .. ARGV[i] end
redis.call('LPUSH', KEYS[1], unpack(marked))
redis.call('HINCRBY', KEYS[2], ARGV[2] .. ':enqueued', #marked)
if redis.call('EXISTS', KEYS[3]) == 0 then redis.call('LPUSH', KEYS[3], 1) end
return #marked
