-- name: load
SELECT stream, version, type, data, meta, pos FROM event WHERE stream = $1 ORDER BY version

-- name: version
SELECT coalesce(max(version), 0) FROM event WHERE stream = $1

-- name: append
INSERT INTO event (stream, version, type, data, meta)
SELECT $1, said.version, said.type, said.data, said.meta
FROM unnest($2::int[], $3::text[], $4::json[], $5::json[]) AS said (version, type, data, meta)
ORDER BY said.version
ON CONFLICT DO NOTHING
RETURNING version

-- name: answered
SELECT fingerprint, answer FROM command WHERE id = $1

-- name: answer
INSERT INTO command (id, fingerprint, answer) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id

-- name: forget_commands
DELETE FROM command WHERE at < now() - $1::interval

-- name: lock_relay
SELECT pg_try_advisory_lock(hashtextextended(current_schema() || '/relay/' || $1, 0))

-- name: begin_relay
INSERT INTO relay (name, xid, pos) VALUES ($1, '0'::xid8, 0) ON CONFLICT DO NOTHING

-- name: cursor
SELECT xid::text AS xid_text, pos, xid >= pg_snapshot_xmax(pg_current_snapshot()) AS lost FROM relay WHERE name = $1

-- name: unsent
SELECT stream, version, type, data, meta, pos, xid::text AS xid_text
FROM event
WHERE (xid, pos) > ($1::text::xid8, $2::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, pos
LIMIT $3

-- name: sent
UPDATE relay SET xid = $2::text::xid8, pos = $3, at = now() WHERE name = $1

-- name: behind
SELECT count(*) AS events, extract(epoch FROM now() - min(at))::float8 AS seconds
FROM event
WHERE (xid, pos) > (SELECT xid, pos FROM relay WHERE name = $1)
