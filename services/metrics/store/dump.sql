-- What auditors are given. $1 generation.

-- name: generations
-- `whole`: all its shares are done, and readers may see its tables. Who reads the dump may take its time.
SELECT id, state, EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('chunk_' || id)) AS whole,
    set_config('idle_in_transaction_session_timeout', '0', true), set_config('jit', 'off', true),
    set_config('max_parallel_workers_per_gather', '0', true)
FROM generation ORDER BY id

-- name: accounts
SELECT DISTINCT word.text FROM month JOIN word ON word.id = month.account WHERE generation = $1

-- name: chunks_of_account
SELECT tenant, month - date '1970-01-01' AS month, body FROM chunk WHERE generation = $1 AND account = $2
ORDER BY month

-- name: journal
SELECT tenant, body FROM journal WHERE generation = $1

-- name: items
SELECT item.no, tenant.text AS tenant, item.tenant AS tenant_number, item.events FROM item
JOIN word AS tenant ON tenant.id = item.tenant
WHERE generation = $1 AND subject = $2 AND ($3::text IS NULL OR tenant.text = $3)
ORDER BY tenant.text, item.no

-- name: chunks_of_keys
SELECT body FROM chunk
JOIN unnest($3::integer[], $4::integer[], $5::date[]) AS asked (account, team, month) USING (account, team, month)
WHERE generation = $1 AND tenant = $2

-- name: journal_of_tenant
SELECT body FROM journal WHERE generation = $1 AND tenant = $2

-- name: positions
SELECT topic, partition, next_offset, known_at, read_at FROM position WHERE generation = $1
ORDER BY topic, partition
