"""What metrics answers: figures, series, the three reports, and the way from a figure to its events.

Every answer comes from one snapshot of the ledger and says as at which day, as known when, how fresh the
ledger was and up to which position it had read. Nothing else may compute a figure.
"""
