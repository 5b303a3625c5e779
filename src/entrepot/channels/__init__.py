"""The markets inside the market (bazaar, mall, export) as data: who may sell, what is charged, when money is released."""
