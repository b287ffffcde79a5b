"""Contracts in the states that tests start from."""

from tests.contracts.conftest import process

__all__ = ["process"]
