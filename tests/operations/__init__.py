"""What operators do with the site: watch it, keep copies of it, bring it up to date."""
