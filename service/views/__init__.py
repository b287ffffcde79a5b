"""The pages of what happens after the sale."""
