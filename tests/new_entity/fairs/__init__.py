"""Fairs: a whole entity as docs/developers/new-entity.md makes it, word for word."""
