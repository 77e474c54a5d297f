-- Uploads that arrive in parts, what an import does before its first row, and the days that it turned out to cover.
ALTER TABLE import
    DROP CONSTRAINT import_state_check,
    ADD CONSTRAINT import_state_check
        CHECK (state IN ('uploading', 'queued', 'running', 'done', 'failed', 'cancelled')),
    ADD COLUMN asked       text, -- what its sender said of the file, as JSON
    ADD COLUMN covers      text, -- as coverage, once the file itself has said its days
    ADD COLUMN stage       text, -- what it does besides taking rows
    ADD COLUMN stage_share real;
DROP INDEX import_waiting;
CREATE INDEX import_waiting ON import (place, created_at) WHERE state IN ('uploading', 'queued', 'running');
