"""A slow, obvious ledger that shares no code with the product: it walks every item day by day."""
