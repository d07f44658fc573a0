"""``cdc explain``: what a property is, what it may be, and where its value comes from."""
