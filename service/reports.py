"""What is asked about what happens after the sale again and again."""

from service import renewal_report

__all__ = ["renewal_report"]
