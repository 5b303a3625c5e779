"""Who imports, in law, and how much of the year's retail allowance they have used here."""
