"""Benchmarks: each measures its baseline too, on the same machine."""
