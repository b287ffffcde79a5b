"""The rows of what happens after the sale."""
