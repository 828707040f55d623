"""Why the database was not copied, put back or moved; the text is a sentence that names what to do."""


class RefusedCopyError(Exception):
    """It was not tried: something has to be changed first."""


class FailedCopyError(Exception):
    """It was tried, and what came of it cannot be used; what was there before is as it was."""
