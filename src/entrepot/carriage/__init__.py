"""Carriers: what a parcel costs, its label, where it is."""
