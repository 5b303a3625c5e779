"""What leaves the building, and what comes round by the clock. The only importer of adapters."""
