"""How a process lives: settings, sign-in, HTTP, start and stop, logs. Knows no event."""
