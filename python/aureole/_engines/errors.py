"""Why an engine cannot go on. Native code goes by ``kind``."""

from __future__ import annotations


class Refused(ValueError):
    """The job cannot be run there: something it needs is missing."""

    kind = "refused"


class Failed(RuntimeError):
    """The frames of a range cannot be integrated."""

    kind = "failed"


class Lost(ConnectionError):
    """The engine itself is gone."""

    kind = "lost"
