"""How a market is put together: settings, addresses, the WSGI door."""
