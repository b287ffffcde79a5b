"""Pages of the ground: refusals, first run, language and theme."""
