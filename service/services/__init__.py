"""What can be done after the sale."""
