"""How everything here says no."""


class Refused(Exception):
    """What was asked cannot be done and nothing was changed; `problems` says why, a line each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)
