"""States as releases have saved them, with the diagrams they stand on. Files here are added, never changed.

`taking` makes those of the current format; `tests/workflows/engine/test_state_format.py` loads and
finishes all of them. docs/developers/state-format.md says when one is added."""
