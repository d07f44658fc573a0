"""The interface of a progress display for downloads."""

from typing import Protocol

from modules.artifacts.lock import File


class Progress(Protocol):
    """Called from the threads that download; sizes are in bytes."""

    def started(self, file: File, size: int | None) -> None:
        """The download of ``file`` starts; ``size`` is None if it is unknown."""

    def advanced(self, file: File, received: int) -> None:
        """``received`` more bytes of ``file`` have arrived."""

    def restarted(self, file: File) -> None:
        """The received bytes are discarded: the download starts again, from this or another source."""

    def finished(self, file: File) -> None:
        """``file`` is verified and in the cache."""
