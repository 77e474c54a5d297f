"""The front door: one command that starts, feeds, shows and stops the whole product."""
