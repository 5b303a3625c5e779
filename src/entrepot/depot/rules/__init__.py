"""What the depot decides: barcodes, weights, what may share a box, and the customs papers."""
