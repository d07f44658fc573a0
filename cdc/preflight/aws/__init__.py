"""The account: what a deploy needs of it. Each module reads one subject, and apart from that judges what it read."""
