"""cdc rehearse: run a rehearsal, and explain permissions."""
