-- Locks that one process has of all, for as long as its connection lives.

-- name: lead
SELECT pg_try_advisory_lock(hashtextextended(current_schema() || '.' || $1, 0))

-- name: stands
SELECT 1
