"""A believable council, seeded and repeatable: its people, its work, its backlogs, its mistakes."""
