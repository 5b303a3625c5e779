"""Exchange rates with date and source."""
