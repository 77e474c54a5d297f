"""What a page says, as values: words, findings, prompts and view models. Pure: no clock, no calls."""
