-- Imports of one feed run one after the other, and others beside them: so each says whose items it shows.
ALTER TABLE import ADD COLUMN source text; -- of its mapping; null where every event of the file names its own
