"""The ports over Postgres: what is decided (`work`), read (`reading`) and sent (`deliveries`)."""
