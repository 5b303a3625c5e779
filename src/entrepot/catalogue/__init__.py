"""Listings, variants, offers, texts, pictures, categories, and the files they come from."""
