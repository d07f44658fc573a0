"""How the plan guard finds what breaks a rule."""
