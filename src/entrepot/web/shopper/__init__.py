"""Pages of the shopper: home, search, listing, basket, checkout, orders."""
