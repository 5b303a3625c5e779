"""The outside world for development: a payment provider and a carrier, each a small HTTP process of its own."""
