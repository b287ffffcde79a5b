"""Products, contracts, payments, receivables and dunning over the REST API."""
