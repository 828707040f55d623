"""Everything that can happen on GitHub, by a person's hand or through the API, with the events it causes."""
