-- Throw away up to `most` waiting jobs of a queue; the ledger counts them as discarded.
--
-- KEYS  queue, ledger
-- ARGV  queue name, most
-- Returns how many.

local items, counted = redis.call('RPOP', KEYS[1], ARGV[2]) or {}, 0
for _, item in ipairs(items) do
  if string.byte(item, 1) == 10 then counted = counted + 1 end
  -- A quoted name cannot be part of the body, where quotes are escaped. pcall: others' messages
  -- may name a key that holds no text.
  local unique = string.match(item, '"unique":%s*%["([^"]+)"')
  local id = string.match(item, '"id":%s*"([^"]+)"')
  if unique and redis.pcall('GET', unique) == id then redis.call('DEL', unique) end
end
if counted > 0 then redis.call('HINCRBY', KEYS[2], ARGV[1] .. ':discarded', counted) end
return #items
