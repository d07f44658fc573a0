"""What a display of downloads is told."""

from typing import Protocol

from modules.artifacts.lock import File


class Progress(Protocol):
    """Called from the threads that download; sizes are in bytes."""

    def started(self, file: File, size: int | None) -> None:
        """``file`` is looked for; ``size`` is None where the lock does not know."""

    def advanced(self, file: File, received: int) -> None:
        """``received`` more bytes are there."""

    def restarted(self, file: File) -> None:
        """What was received so far is dropped: it comes again, from here or from another source."""

    def finished(self, file: File) -> None:
        """``file`` is verified and in the cache."""
