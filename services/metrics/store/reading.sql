-- What is asked of the ledger. $1 is always the generation, $2 the tenant.
-- {book} is `balance`, or `line` where figures are asked as they were known at a moment; {known} is the
-- matching condition on $3, which is null for what is known now. {team} is the team, or nothing where the sum
-- over all teams is enough.
-- `term` is a JSON list of what is added up: its number t, account and filters (docs/measures.md); $5 are the
-- accounts in it, so that the planner knows how much to expect.

-- name: live_generation
-- With what suits short questions: plans for these very values, no second process, no compiling, room to sort.
SELECT id, set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),
    set_config('max_parallel_workers_per_gather', '0', true), set_config('work_mem', '32MB', true)
FROM generation
WHERE state = 'live'

-- name: positions
SELECT topic, partition, next_offset, read_at FROM position WHERE generation = $1 ORDER BY topic, partition

-- name: begins
-- The first month in which any of the accounts has an entry.
SELECT min(month) FROM month WHERE generation = $1 AND tenant = $2 AND account = ANY ($3::text[])

-- name: flows
-- Flows over days that do not overlap: $7 their first days in order, $8 their last.
SELECT term.t, width_bucket(b.day, $7::date[]) - 1 AS s, {team} AS team, sum(b.amount)::bigint AS amount
FROM {terms}
JOIN {book} b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
WHERE b.account = ANY ($5::text[]) AND {known} AND ($6::text[] IS NULL OR b.team = ANY ($6))
  AND b.day BETWEEN ($7::date[])[1] AND ($8::date[])[cardinality($8::date[])]
  AND b.day <= ($8::date[])[width_bucket(b.day, $7::date[])]
GROUP BY 1, 2, 3
HAVING sum(b.amount) <> 0

-- name: flows_of_months
-- Flows over whole months: $7 their first days, in order.
SELECT term.t, width_bucket(b.month, $7::date[]) - 1 AS s, {team} AS team, sum(b.amount)::bigint AS amount
FROM {terms}
JOIN month b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
WHERE b.account = ANY ($5::text[]) AND $3::timestamptz IS NULL AND ($6::text[] IS NULL OR b.team = ANY ($6))
  AND b.month = ANY ($7::date[])
GROUP BY 1, 2, 3
HAVING sum(b.amount) <> 0

-- name: spreads
-- Histograms of days over days that do not overlap, as flows.
SELECT term.t, width_bucket(b.day, $7::date[]) - 1 AS s, {team} AS team, b.detail ->> 'days' AS days,
    sum(b.amount)::bigint AS amount
FROM {terms}
JOIN {book} b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
WHERE b.account = ANY ($5::text[]) AND {known} AND ($6::text[] IS NULL OR b.team = ANY ($6))
  AND b.day BETWEEN ($7::date[])[1] AND ($8::date[])[cardinality($8::date[])]
  AND b.day <= ($8::date[])[width_bucket(b.day, $7::date[])]
GROUP BY 1, 2, 3, 4
HAVING sum(b.amount) <> 0

-- name: spreads_of_months
-- The same over whole months: $7 their first days, in order.
SELECT term.t, width_bucket(b.month, $7::date[]) - 1 AS s, {team} AS team, b.detail ->> 'days' AS days,
    sum(b.amount)::bigint AS amount
FROM {terms}
JOIN month b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
WHERE b.account = ANY ($5::text[]) AND $3::timestamptz IS NULL AND ($6::text[] IS NULL OR b.team = ANY ($6))
  AND b.month = ANY ($7::date[])
GROUP BY 1, 2, 3, 4
HAVING sum(b.amount) <> 0

-- name: stocks_of_months
-- What was added to stocks in the whole months before each of the days $7 (first days of months, in order),
-- and not before the one before it: to be cumulated by who asked.
SELECT term.t, width_bucket(b.month, $7::date[]) AS s, {team} AS team, sum(b.amount)::bigint AS amount
FROM {terms}
JOIN month b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
WHERE b.account = ANY ($5::text[]) AND $3::timestamptz IS NULL AND ($6::text[] IS NULL OR b.team = ANY ($6))
  AND b.month < ($7::date[])[cardinality($7::date[])]
GROUP BY 1, 2, 3
HAVING sum(b.amount) <> 0

-- name: stocks_in_months
-- What was added to stocks in the month of each of the days $7 (in order), up to the day, and not up to the one
-- before it: to be cumulated within the month.
SELECT term.t, width_bucket(b.day - 1, $7::date[]) AS s, {team} AS team, sum(b.amount)::bigint AS amount
FROM {terms}
JOIN balance b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
WHERE b.account = ANY ($5::text[]) AND $3::timestamptz IS NULL AND ($6::text[] IS NULL OR b.team = ANY ($6))
  AND b.day >= date_trunc('month', ($7::date[])[1])::date AND b.day <= ($7::date[])[cardinality($7::date[])]
  AND b.day >= ($8::date[])[width_bucket(b.day - 1, $7::date[]) + 1]
GROUP BY 1, 2, 3
HAVING sum(b.amount) <> 0

-- name: stocks_known
-- The same over all lines up to each of the days $7, as they were known: to be cumulated.
SELECT term.t, width_bucket(b.day - 1, $7::date[]) AS s, {team} AS team, sum(b.amount)::bigint AS amount
FROM {terms}
JOIN line b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
WHERE b.account = ANY ($5::text[]) AND b.known_at <= $3 AND ($6::text[] IS NULL OR b.team = ANY ($6))
  AND b.day <= ($7::date[])[cardinality($7::date[])]
GROUP BY 1, 2, 3
HAVING sum(b.amount) <> 0
