"""How events are kept and carried: Kafka, Faust and Postgres behind small ports. Knows no council."""
