"""What the ledger means: facts, postings, measures and their judgement. Pure."""
