"""What every tool goes through: what it may be given, who may use it, what it did."""
