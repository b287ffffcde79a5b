"""Deeds of the ground."""
