"""The tables of a source database, and what happens in them."""
