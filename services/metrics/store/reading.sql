-- What is asked of the ledger. $1 is always the generation, $2 the tenant.
-- {book} is `balance`, or `line` where figures are asked as they were known at a moment; {known} is the
-- matching condition on $3, which is null for what is known now.
-- `term` is a JSON list of what is added up: its number t, account and filters (docs/measures.md).

-- name: live_generation
SELECT id FROM generation WHERE state = 'live'

-- name: positions
SELECT topic, partition, next_offset, read_at FROM position WHERE generation = $1 ORDER BY topic, partition

-- name: begins
-- The first month in which any of the accounts has an entry.
SELECT min(first) FROM unnest($3::text[]) AS wanted (account), LATERAL (
    SELECT min(month) AS first FROM month WHERE generation = $1 AND tenant = $2 AND account = wanted.account
) AS found

-- name: flows
-- Flows over days that do not overlap: $6 their first days in order, $7 their last.
SELECT term.t, width_bucket(b.day, $6::date[]) - 1 AS s, b.team, sum(b.amount)::bigint AS amount
FROM {terms}
JOIN {book} b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
WHERE {known} AND ($5::text[] IS NULL OR b.team = ANY ($5))
  AND b.day BETWEEN ($6::date[])[1] AND ($7::date[])[cardinality($7::date[])]
  AND b.day <= ($7::date[])[width_bucket(b.day, $6::date[])]
GROUP BY 1, 2, 3
HAVING sum(b.amount) <> 0

-- name: flows_of_months
-- Flows over whole months: $6 their first days.
SELECT term.t, array_position($6::date[], b.month) - 1 AS s, b.team, sum(b.amount)::bigint AS amount
FROM {terms}
JOIN month b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
WHERE $3::timestamptz IS NULL AND ($5::text[] IS NULL OR b.team = ANY ($5)) AND b.month = ANY ($6::date[])
GROUP BY 1, 2, 3
HAVING sum(b.amount) <> 0

-- name: spreads
-- Histograms of days over days that do not overlap, as flows.
SELECT term.t, width_bucket(b.day, $6::date[]) - 1 AS s, b.team, (b.detail ->> 'days')::integer AS days,
    sum(b.amount)::bigint AS amount
FROM {terms}
JOIN {book} b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
WHERE {known} AND ($5::text[] IS NULL OR b.team = ANY ($5))
  AND b.day BETWEEN ($6::date[])[1] AND ($7::date[])[cardinality($7::date[])]
  AND b.day <= ($7::date[])[width_bucket(b.day, $6::date[])]
GROUP BY 1, 2, 3, 4
HAVING sum(b.amount) <> 0

-- name: stocks_of_months
-- What was added to stocks in the whole months before each of the days $6 (first days of months, in order),
-- and not before the one before it: to be cumulated by who asked.
SELECT term.t, width_bucket(b.month, $6::date[]) AS s, b.team, sum(b.amount)::bigint AS amount
FROM {terms}
JOIN month b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
WHERE $3::timestamptz IS NULL AND ($5::text[] IS NULL OR b.team = ANY ($5))
  AND b.month < ($6::date[])[cardinality($6::date[])]
GROUP BY 1, 2, 3
HAVING sum(b.amount) <> 0

-- name: stocks_in_months
-- What was added to stocks in the month of each of the days $6 (in order), up to the day, and not up to the one
-- before it: to be cumulated within the month.
SELECT term.t, width_bucket(b.day - 1, $6::date[]) AS s, b.team, sum(b.amount)::bigint AS amount
FROM {terms}
JOIN balance b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
WHERE $3::timestamptz IS NULL AND ($5::text[] IS NULL OR b.team = ANY ($5))
  AND b.day >= date_trunc('month', ($6::date[])[1])::date AND b.day <= ($6::date[])[cardinality($6::date[])]
  AND b.day >= date_trunc('month', ($6::date[])[width_bucket(b.day - 1, $6::date[]) + 1])::date
GROUP BY 1, 2, 3
HAVING sum(b.amount) <> 0

-- name: stocks_known
-- The same over all lines up to each of the days $6, as they were known: to be cumulated.
SELECT term.t, width_bucket(b.day - 1, $6::date[]) AS s, b.team, sum(b.amount)::bigint AS amount
FROM {terms}
JOIN line b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
WHERE b.known_at <= $3 AND ($5::text[] IS NULL OR b.team = ANY ($5))
  AND b.day <= ($6::date[])[cardinality($6::date[])]
GROUP BY 1, 2, 3
HAVING sum(b.amount) <> 0

-- name: open_by_due
-- Open work as at $4 by due date: $5 the teams (null: all), $6 teams left out, $7 by what else.
SELECT (b.detail ->> 'due')::date AS due, {by} AS by, sum(b.amount)::bigint AS amount
FROM {book} b
WHERE b.generation = $1 AND b.tenant = $2 AND b.account = 'open' AND {known} AND b.day <= $4
  AND ($5::text[] IS NULL OR b.team = ANY ($5)) AND b.team <> ALL ($6::text[])
GROUP BY 1, 2
HAVING sum(b.amount) <> 0

-- name: flows_by
-- Flows of the accounts $4 from $5 to $6 by month: $7 the teams (null: all), $8 teams left out, $9 kinds.
SELECT b.account, date_trunc('month', b.day)::date AS month, {by} AS by, sum(b.amount)::bigint AS amount
FROM {book} b
WHERE b.generation = $1 AND b.tenant = $2 AND b.account = ANY ($4::text[]) AND {known}
  AND b.day BETWEEN $5 AND $6
  AND ($7::text[] IS NULL OR b.team = ANY ($7)) AND b.team <> ALL ($8::text[])
  AND ($9::text[] IS NULL OR b.kind = ANY ($9))
GROUP BY 1, 2, 3
HAVING sum(b.amount) <> 0
