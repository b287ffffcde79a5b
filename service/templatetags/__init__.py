"""What templates after the sale may ask."""
