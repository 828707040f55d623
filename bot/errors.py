"""The two kinds of error: one a person is shown as written, everything else is a bug."""


class UserError(Exception):
    """Shown to the person exactly as written, so it says what failed and names the next step."""


class Refused(UserError):  # noqa: N818
    """A permission check said no; the text says who could do it."""


class SettingsError(UserError):
    """A setting is missing or unusable; the text names the setting, the problem and an example."""


class Permanent(Exception):  # noqa: N818 - it reads as what it is: "raise Permanent"
    """Trying again cannot help: the job goes straight to the dead letters."""


class TryLater(Exception):  # noqa: N818
    """The outside world asked for patience.

    Args:
        after: seconds to wait before the next attempt; None leaves it to the backoff.
    """

    def __init__(self, why: str, *, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


class ModelError(Exception):
    """The language model gave nothing usable: down, slow, cut off, refused or malformed. Rules take over."""
