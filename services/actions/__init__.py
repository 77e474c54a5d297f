"""What people agree: meetings, and commitments with one owner and a deadline.

Hears commands by HTTP, `primed.escalation-events` (exceptions for the agenda) and `primed.organisation`
(who may see what). Keeps an event store and its read tables in Postgres. Says `primed.action-events`, by an
outbox.
"""
