"""Breaks a running environment in turn, while rows are written, and measures what each failure costs."""
