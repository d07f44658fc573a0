"""The rules of the plan guard: what each finds, why, what to do instead, and an example."""
