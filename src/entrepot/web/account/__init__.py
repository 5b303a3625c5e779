"""Sign-in, sign-up, the account and its addresses."""
