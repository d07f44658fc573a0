"""Plugin archives: reading, checking and building them."""
