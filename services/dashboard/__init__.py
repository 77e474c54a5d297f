"""dashboard hears metric, escalation and action events, keeps nothing durable, and says web pages.

It alone also calls the other services' HTTP APIs, with its user's token: it computes no figure of its own.
"""
