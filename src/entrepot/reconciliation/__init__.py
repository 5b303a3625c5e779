"""Our books against what the payment provider and the bank report."""
