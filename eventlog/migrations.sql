-- name: lock
SELECT pg_advisory_xact_lock($1)

-- name: role
-- Roles belong to the whole cluster: another database may be making the same one at this moment.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        BEGIN
            CREATE ROLE {role} NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END IF;
    IF NOT pg_has_role(current_user, '{role}', 'SET') THEN
        GRANT {role} TO CURRENT_USER;
    END IF;
END
$$

-- name: schema
CREATE SCHEMA IF NOT EXISTS {schema};
SET LOCAL search_path = {schema};
CREATE TABLE IF NOT EXISTS migration (
    number   int PRIMARY KEY,
    name     text NOT NULL,
    checksum text NOT NULL,
    ran_at   timestamptz NOT NULL DEFAULT now()
);

-- name: ran
SELECT number, name, checksum FROM migration ORDER BY number

-- name: record
INSERT INTO migration (number, name, checksum) VALUES ($1, $2, $3)

-- name: grant
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
REVOKE INSERT, UPDATE, DELETE ON migration FROM {role};

-- name: patience
SET LOCAL lock_timeout = '10s'

-- name: reached
SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = $1 AND last_value IS NOT NULL

-- name: drop
DROP SCHEMA IF EXISTS {schema} CASCADE

-- name: go_on
-- A sequence of the schema $1 goes on after a value; done for those only that are there again.
SELECT setval(at.relid, greatest($3::bigint, last_value + 1)) FROM pg_sequences
CROSS JOIN LATERAL to_regclass(format('%I.%I', schemaname, sequencename)) AS at (relid)
WHERE schemaname = $1 AND sequencename = $2
