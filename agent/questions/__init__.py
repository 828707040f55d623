"""What the agent asks back: at most two questions of a request, each about a slot, to whoever asked it."""
