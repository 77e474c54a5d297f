"""What ingest keeps: imports and mappings in Postgres, uploads on disk; and its view of the dead letters."""
