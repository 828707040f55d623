"""What the agent can look at and do: a read is a question to the database, a write is a command line."""
