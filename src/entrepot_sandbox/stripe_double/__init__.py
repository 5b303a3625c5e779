"""A double of Stripe's API as its reference documents it: the part a marketplace with separate transfers uses."""
