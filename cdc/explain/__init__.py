"""``cdc explain``: a property's meaning and allowed values, and where its value is set."""
