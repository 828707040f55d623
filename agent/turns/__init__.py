"""A request in plain words from its beginning to its one answer."""
