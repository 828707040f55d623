"""The agent held against what it may do, in a small world: hostile texts, and requests as people make them."""
