"""Escalation by exception: people hear only of what needs them.

Hears `primed.metric-events` (figures), `primed.action-events` (commitments that answer an exception) and
`primed.organisation` (who is asked). Keeps rules, the standing of each rule at each unit, escalations and
every attempt to tell somebody. Says `primed.escalation-events`, and messages: inbox, e-mail, signed webhooks.
"""
