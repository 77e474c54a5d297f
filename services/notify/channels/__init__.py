"""The ways to a reader. Each answers with what came of it; none decides whether to try again."""
