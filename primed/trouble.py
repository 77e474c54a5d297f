"""What the front door says when it cannot do what it was asked."""


class Trouble(Exception):
    """Something is in the way: `what` is one plain sentence, `do` says what would help."""

    def __init__(self, what: str, do: str) -> None:
        super().__init__(f"{what} {do}")
        self.what = what
        self.do = do
