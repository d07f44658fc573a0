"""Java's regular expressions without Java: whether one compiles, what it matches, and whether two can match alike."""
