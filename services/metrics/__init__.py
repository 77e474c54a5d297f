"""Metrics: hears `case-events`, `organisation` and `action-events`; keeps the ledger, in which every line
cites its event; says `metric-events` and answers with figures, each of them the sum of lines."""
