"""What the agent may say: only what it was shown, only what was done, and nothing that pings or leads astray."""
