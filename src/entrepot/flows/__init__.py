"""The journey steps that write two contexts together: one verb, one file."""
