"""Rebuilding: makes the ledger anew from the log, by the same fold, beside the one that is read.

`story` is to be read first: a generation is made, catches up, and is switched to, or back. A coordinator
plans shares of the log and hands them to a process for each core; whatever is killed, a share is done whole
or not at all, and the next start goes on with those that are missing. `comparing` is the audit: what stands,
against the log.
"""
