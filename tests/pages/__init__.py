"""Pages asked for by Django's client: what they show, refuse and change."""
