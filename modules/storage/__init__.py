"""Buckets, their objects, and the keys that encrypt what is stored."""
