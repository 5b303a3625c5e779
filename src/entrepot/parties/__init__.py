"""Who takes part: people, shoppers, merchants, teams, addresses."""
