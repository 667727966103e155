-- Renew the leases that a living worker holds. One that was taken back stays taken back.
--
-- KEYS  unacked_index
-- ARGV  tags
-- Returns how many were added, which is always 0.

-- A full broker refuses a script whose first write may need memory. This one needs none.
redis.call('PERSIST', KEYS[1])

local now, renewals = redis.call('TIME'), {}
now = now[1] + now[2] / 1e6
for i, tag in ipairs(ARGV) do
  renewals[2 * i - 1] = now
  renewals[2 * i] = tag
end
return redis.call('ZADD', KEYS[1], 'XX', unpack(renewals))
