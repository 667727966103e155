-- Put many jobs into one queue, first come first served, and count them.
--
-- KEYS  queue, ledger, wake
-- ARGV  queue name, message...
-- Returns how many.

local marked = {}
for i = 2, #ARGV do marked[i - 1] = '\n' .. ARGV[i] end
redis.call('LPUSH', KEYS[1], unpack(marked))
redis.call('HINCRBY', KEYS[2], ARGV[1] .. ':enqueued', #marked)
if redis.call('EXISTS', KEYS[3]) == 0 then redis.call('LPUSH', KEYS[3], 1) end
return #marked
