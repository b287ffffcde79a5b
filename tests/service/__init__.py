"""What happens after the sale."""
