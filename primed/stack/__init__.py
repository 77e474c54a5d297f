"""The embedded stack: Kafka and PostgreSQL without containers, the services, and the supervisor over them."""
