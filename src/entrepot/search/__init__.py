"""Finding listings in English and Chinese."""
