"""Rows of exports: the history that they form, and the events that it implies (docs/ledger.md §8)."""
