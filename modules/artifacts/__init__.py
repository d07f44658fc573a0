"""Pinned files: the lock file, downloads, the cache, and pinning new versions."""
