"""Orders, the consignments they split into, and the lines frozen at the sale."""
