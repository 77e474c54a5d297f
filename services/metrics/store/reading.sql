-- What is asked of the ledger by numbers (store/words.py). $1 is always the generation, $2 the tenant, $3 the
-- accounts, $4 the teams (null: all). {team} is the team, or nothing where the sum over all teams is enough; {kind},
-- {setting} and {detail} likewise, where a measure chooses by them.

-- name: live_generation
-- With what suits short questions: plans for these very values, no second process, no compiling, room to sort.
SELECT id, set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true),
    set_config('max_parallel_workers_per_gather', '0', true), set_config('work_mem', '32MB', true)
FROM generation
WHERE state = 'live'

-- name: positions
SELECT topic, partition, next_offset, read_at, known_at FROM position WHERE generation = $1
ORDER BY topic, partition

-- name: begins
-- The first month in which any of the accounts has an entry, if it is before $4.
SELECT min(month) FROM month WHERE generation = $1 AND tenant = $2 AND account = ANY ($3::int[]) AND month < $4

-- name: flows_of_months
-- Flows over whole months: $5 their first days, in order.
SELECT b.account, {team} AS team, width_bucket(b.month, $5::date[]) - 1 AS s, {kind} AS kind, {setting} AS setting,
    {detail} AS detail,
    sum(b.amount)::bigint AS amount
FROM month b
WHERE b.generation = $1 AND b.tenant = $2 AND b.account = ANY ($3::int[])
  AND ($4::int[] IS NULL OR b.team = ANY ($4)) AND b.month = ANY ($5::date[])
GROUP BY 1, 2, 3, 4, 5, 6
HAVING sum(b.amount) <> 0

-- name: flows_of_days
-- Flows over days that do not overlap: $5 their first days in order, $6 their last.
SELECT b.account, {team} AS team, width_bucket(b.month + d.day - 1, $5::date[]) - 1 AS s, {kind} AS kind,
    {setting} AS setting, {detail} AS detail, sum(d.amount)::bigint AS amount
FROM month b, unnest(b.days, b.amounts) AS d (day, amount)
WHERE b.generation = $1 AND b.tenant = $2 AND b.account = ANY ($3::int[])
  AND ($4::int[] IS NULL OR b.team = ANY ($4))
  AND b.month BETWEEN date_trunc('month', ($5::date[])[1])::date AND ($6::date[])[cardinality($6::date[])]
  AND b.month + d.day - 1 BETWEEN ($5::date[])[1]
    AND ($6::date[])[width_bucket(b.month + d.day - 1, $5::date[])]
GROUP BY 1, 2, 3, 4, 5, 6
HAVING sum(d.amount) <> 0

-- name: teams_of
-- The accounts $3 with each team that has a row of {table} in them: from one to the next in the order of the index.
WITH RECURSIVE team AS (
    SELECT asked.account, (
        SELECT min(b.team) FROM {table} b WHERE b.generation = $1 AND b.tenant = $2 AND b.account = asked.account
    ) AS team
    FROM unnest($3::int[]) AS asked (account)
    UNION ALL
    SELECT team.account, (
        SELECT min(b.team) FROM {table} b
        WHERE b.generation = $1 AND b.tenant = $2 AND b.account = team.account AND b.team > team.team
    )
    FROM team
    WHERE team.team IS NOT NULL
)
SELECT account, team FROM team WHERE team IS NOT NULL

-- name: stocks_of_months
-- What was added to stocks in the whole months before each of the days $6 (first days of months, in order), and not
-- before the one before it: to be cumulated by who asked. Of the account $3 and team $4 each from the day $5 on.
SELECT b.account, {team} AS team, width_bucket(b.month, $6::date[]) AS s, {kind} AS kind, {setting} AS setting,
    {detail} AS detail,
    sum(b.amount)::bigint AS amount
FROM unnest($3::int[], $4::int[], $5::date[]) AS since (account, team, begins)
CROSS JOIN LATERAL (
    SELECT * FROM month
    WHERE generation = $1 AND tenant = $2 AND account = since.account AND team = since.team
        AND month >= since.begins AND month < ($6::date[])[cardinality($6::date[])]
) AS b
GROUP BY 1, 2, 3, 4, 5, 6
HAVING sum(b.amount) <> 0

-- name: stocks_in_months
-- What was added to stocks in the month of each of the days $5 (in order), up to the day, and not up to the one
-- before it, of the months that begin on $6: to be cumulated within the month.
SELECT b.account, {team} AS team, width_bucket(b.month + d.day - 2, $5::date[]) AS s, {kind} AS kind,
    {setting} AS setting, {detail} AS detail, sum(d.amount)::bigint AS amount
FROM month b, unnest(b.days, b.amounts) AS d (day, amount)
WHERE b.generation = $1 AND b.tenant = $2 AND b.account = ANY ($3::int[])
  AND ($4::int[] IS NULL OR b.team = ANY ($4)) AND b.month = ANY ($6::date[])
  AND b.month + d.day - 1 <= ($5::date[])[cardinality($5::date[])]
  AND b.month + d.day - 1 >= ($6::date[])[width_bucket(b.month + d.day - 2, $5::date[]) + 1]
GROUP BY 1, 2, 3, 4, 5, 6
HAVING sum(d.amount) <> 0

-- name: sums_of_months
-- Sums over the whole months from $5 to $6, of all teams but $7, told apart by {columns}.
SELECT {columns}, sum(b.amount)::bigint AS amount
FROM month b
WHERE b.generation = $1 AND b.tenant = $2 AND b.account = ANY ($3::int[])
  AND ($4::int[] IS NULL OR b.team = ANY ($4)) AND b.team <> ALL ($7::int[])
  AND b.month BETWEEN $5 AND $6
GROUP BY {columns}

-- name: sums_since
-- Sums over the whole months before $6, of the account $3 and team $4 each from the day $5 on.
SELECT {columns}, sum(b.amount)::bigint AS amount
FROM unnest($3::int[], $4::int[], $5::date[]) AS since (account, team, begins)
CROSS JOIN LATERAL (
    SELECT * FROM month
    WHERE generation = $1 AND tenant = $2 AND account = since.account AND team = since.team
        AND month >= since.begins AND month < $6
) AS b
GROUP BY {columns}

-- name: sums_of_days
-- The same over the days from $5 to $6.
SELECT {columns}, sum(d.amount)::bigint AS amount
FROM month b, unnest(b.days, b.amounts) AS d (day, amount)
WHERE b.generation = $1 AND b.tenant = $2 AND b.account = ANY ($3::int[])
  AND ($4::int[] IS NULL OR b.team = ANY ($4)) AND b.team <> ALL ($7::int[])
  AND b.month BETWEEN date_trunc('month', $5::date)::date AND $6 AND b.month + d.day - 1 BETWEEN $5 AND $6
GROUP BY {columns}

-- name: journal
-- Lines that are not settled; of the rows $3 we have the lines already.
SELECT id, CASE WHEN id = ANY ($3::bigint[]) THEN NULL ELSE body END AS body
FROM journal
WHERE generation = $1 AND tenant = $2

-- name: chunks
-- Settled lines of the months from $6 to $7, of all teams but $5: with lines known up to $8 and after $9.
SELECT body FROM chunk
WHERE generation = $1 AND tenant = $2 AND account = ANY ($3::int[])
  AND ($4::int[] IS NULL OR team = ANY ($4)) AND team <> ALL ($5::int[]) AND month BETWEEN $6 AND $7
  AND ($8::timestamptz IS NULL OR known_from <= $8) AND ($9::timestamptz IS NULL OR known_until > $9)

-- name: opened
-- Of the account $3 and team $4 each the last opening up to the day $5 of which all lines were known by $6.
SELECT whose.account, whose.team, held.*
FROM unnest($3::int[], $4::int[]) AS whose (account, team)
CROSS JOIN LATERAL (
    SELECT {columns} FROM opening
    WHERE generation = $1 AND tenant = $2 AND account = whose.account AND team = whose.team AND begins <= $5
        AND ($6::timestamptz IS NULL OR known_until <= $6)
    ORDER BY begins DESC
    LIMIT 1
) AS held

-- name: chunks_since
-- Settled lines of the account $3 and team $4 each, from the day $5 on to the month of $6, with lines known up to $7
-- and after $8.
SELECT held.body
FROM unnest($3::int[], $4::int[], $5::date[]) AS since (account, team, begins)
CROSS JOIN LATERAL (
    SELECT body FROM chunk
    WHERE generation = $1 AND tenant = $2 AND account = since.account AND team = since.team
        AND month BETWEEN since.begins AND $6 AND ($7::timestamptz IS NULL OR known_from <= $7)
        AND ($8::timestamptz IS NULL OR known_until > $8)
) AS held

-- name: how_many
-- How many settled lines of the account $3 and team $4 each, from the day $5 on to the month of $6, were known up to $7,
-- and how many after it.
SELECT coalesce(sum(held.lines) FILTER (WHERE held.known_from <= $7), 0) AS before,
    coalesce(sum(held.lines) FILTER (WHERE held.known_until > $7), 0) AS after
FROM unnest($3::int[], $4::int[], $5::date[]) AS since (account, team, begins)
CROSS JOIN LATERAL (
    SELECT lines, known_from, known_until FROM chunk
    WHERE generation = $1 AND tenant = $2 AND account = since.account AND team = since.team
        AND month BETWEEN since.begins AND $6
) AS held

-- name: subjects
-- Of the items $2.
SELECT no, subject FROM item WHERE generation = $1 AND no = ANY ($2::bigint[])

-- name: items_of_source
-- Which of the items $3 the source $4 tells of.
SELECT no FROM item WHERE generation = $1 AND tenant = $2 AND no = ANY ($3::bigint[]) AND source = $4
