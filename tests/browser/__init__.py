"""Tests that drive Chromium, and the pictures of the main pages."""
