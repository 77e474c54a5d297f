"""The books and the shelf over Postgres: what is written in one transaction, and what is read."""
