-- What the publisher reads and keeps. Revisions come from one sequence, so they rise across generations.

-- name: marks
SELECT revision, tenant.text AS tenant, team.text AS team, account.text AS account, since, until
FROM (SELECT * FROM mark WHERE revision > $1 ORDER BY revision LIMIT $2) AS mark
JOIN word AS tenant ON tenant.id = mark.tenant
JOIN word AS team ON team.id = mark.team
JOIN word AS account ON account.id = mark.account
ORDER BY revision

-- name: clear_marks
DELETE FROM mark WHERE revision = ANY ($1::bigint[])

-- name: mark_all
-- Everything that has lines: when a day begins, when the organisation changes, after a start.
INSERT INTO mark (tenant, team, account, since)
SELECT DISTINCT month.tenant, month.team, month.account, $1::date
FROM month JOIN generation ON generation.id = month.generation AND generation.state = 'live'

-- name: revisions
SELECT nextval('revision') AS revision FROM generate_series(1, $1)

-- name: told
SELECT tenant, unit, measure, grain, period, revision, payload FROM told

-- name: tell
INSERT INTO told (tenant, unit, measure, grain, period, revision, payload, sent_at)
SELECT *, now() FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bytea[]
) AS said (tenant, unit, measure, grain, period, revision, payload)
ORDER BY tenant, unit, measure, grain, period
ON CONFLICT (tenant, unit, measure, grain, period) DO UPDATE SET
    revision = excluded.revision, payload = excluded.payload, sent_at = excluded.sent_at
WHERE told.revision < excluded.revision -- one who lost the lead in mid-round comes too late

-- name: forget
DELETE FROM told USING unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
    AS old (tenant, unit, measure, grain, period)
WHERE told.tenant = old.tenant AND told.unit = old.unit AND told.measure = old.measure
    AND told.grain = old.grain AND told.period = old.period

-- name: known_until
-- Where not every partition was ever read to its end, the log was read at least up to here.
SELECT min(known_at) FROM position
JOIN generation ON generation.id = position.generation AND generation.state = 'live'
WHERE next_offset > 0

-- name: notices
SELECT tenant, about, what, unit, measure, revision, payload FROM notice

-- name: tell_notices
INSERT INTO notice (tenant, about, what, unit, measure, revision, payload, sent_at)
SELECT *, now() FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bytea[]
) AS said (tenant, about, what, unit, measure, revision, payload)
ORDER BY tenant, about
ON CONFLICT (tenant, about) DO UPDATE SET
    what = excluded.what, revision = excluded.revision, payload = excluded.payload, sent_at = excluded.sent_at
WHERE notice.revision < excluded.revision

-- name: forget_notices
DELETE FROM notice USING unnest($1::text[], $2::text[]) AS old (tenant, about)
WHERE notice.tenant = old.tenant AND notice.about = old.about

-- name: last_revision
SELECT greatest(
    (SELECT coalesce(max(revision), 0) FROM told), (SELECT coalesce(max(revision), 0) FROM notice)
)

-- name: since
-- What was told after a revision, in the order of telling: present values and notices. A notice without a unit
-- (of a feed) concerns everybody who did not ask for some measures only.
SELECT tenant, unit, measure, grain, period, NULL AS about, NULL AS what, revision, payload FROM told
WHERE revision > $1 AND ($2::text IS NULL OR tenant = $2)
    AND ($3::text[] IS NULL OR measure = ANY ($3)) AND ($4::text[] IS NULL OR unit = ANY ($4))
UNION ALL
SELECT tenant, unit, measure, NULL, NULL, about, what, revision, payload FROM notice
WHERE revision > $1 AND ($2::text IS NULL OR tenant = $2)
    AND ($3::text[] IS NULL OR measure = ANY ($3))
    AND ($4::text[] IS NULL OR unit IS NULL OR unit = ANY ($4))
ORDER BY revision
LIMIT $5
