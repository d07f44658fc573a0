"""``cdc cost``: the monthly list price of an environment, from a dated table of prices."""
