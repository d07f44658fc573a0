"""The brokers of a deployed environment, as a person reaches them."""
