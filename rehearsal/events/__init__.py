"""Applications that consume events, and the comparison with what was committed."""
