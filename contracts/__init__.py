"""Contracts and their money: products, templates, contracts, payment plans, payments, collection."""
