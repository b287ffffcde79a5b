"""Small real servers that stand for what lies outside, and behave as badly as it does."""
