"""Customers over the REST API."""
