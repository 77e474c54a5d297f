"""How long a test waits for what must come; it proves nothing by it, so a slow machine may take its time."""

PATIENCE_S = 120.0
