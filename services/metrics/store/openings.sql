-- Openings: what stands when a day begins. $1 is the tenant.

-- name: lacking
-- Accounts $1 and teams with settled lines before one of the days $2 at which nothing is opened, and the first such
-- day; at most $3 of them.
SELECT tenant, account, team, min(begins) AS begins FROM (
    SELECT tenant, account, team, min(month) AS month FROM chunk_{generation}
    WHERE account = ANY ($1::int[])
    GROUP BY tenant, account, team
) AS held
JOIN unnest($2::date[]) AS wanted (begins) ON wanted.begins > held.month
WHERE NOT EXISTS (
    SELECT FROM opening_{generation} AS opening
    WHERE opening.tenant = held.tenant AND opening.account = held.account AND opening.team = held.team
        AND opening.begins = wanted.begins
)
GROUP BY tenant, account, team
ORDER BY tenant, account, team
LIMIT $3

-- name: before
-- The opening from which later ones follow.
SELECT begins, known_until, kinds, settings, counts, amounts, body FROM opening_{generation}
WHERE tenant = $1 AND account = $2 AND team = $3 AND begins < $4
ORDER BY begins DESC
LIMIT 1

-- name: chunks
SELECT body FROM chunk_{generation}
WHERE tenant = $1 AND account = $2 AND team = $3 AND month >= $4 AND month < $5

-- name: forget
-- Openings from a day on, which are made anew.
DELETE FROM opening_{generation} WHERE tenant = $1 AND account = $2 AND team = $3 AND begins >= $4

-- name: outdated
-- Those of months that are over, but for the one with which a year begins.
DELETE FROM opening_{generation} WHERE begins <> ALL ($1::date[])
