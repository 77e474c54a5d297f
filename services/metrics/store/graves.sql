-- Dead letters on their way to the log. Rows are locked while they are told, so that each has one teller.

-- name: untold
SELECT topic, partition, "offset", known_at, key, value, reason, sentence FROM dead_letter
WHERE sent_at IS NULL
ORDER BY topic, partition, "offset"
LIMIT $1
FOR UPDATE SKIP LOCKED

-- name: told
-- The bytes live on in the topic, for its ninety days and no longer.
UPDATE dead_letter SET sent_at = now(), key = NULL, value = NULL
FROM unnest($1::text[], $2::int[], $3::bigint[]) AS told (topic, partition, "offset")
WHERE dead_letter.topic = told.topic AND dead_letter.partition = told.partition
    AND dead_letter."offset" = told."offset"
