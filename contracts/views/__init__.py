"""The pages of contracts, products, payments and receivables."""
