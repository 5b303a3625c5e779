"""The landed price: goods, carriage, duty, tax and fees, itemised, dated and kept."""
