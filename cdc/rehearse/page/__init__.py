"""The report of a rehearsal as a page of HTML."""
