"""Ingest: hears events by HTTP and files from case systems; keeps imports, rejects and mappings; says
`primed.case-events` and `primed.organisation`. It answers 202 only when the log has what it took.
"""
