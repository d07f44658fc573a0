"""What is deployed: constructs and stacks, and what synthesis needs for them."""
