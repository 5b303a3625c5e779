"""What lies where, what of it is reserved, and every movement."""
