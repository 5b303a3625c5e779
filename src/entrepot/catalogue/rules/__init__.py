"""The catalogue's decisions: what a listing lacks, where it belongs, how a merchant's file is read."""
