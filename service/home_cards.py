"""What happens after the sale, on the desk."""

from service import renewal_cards

__all__ = ["renewal_cards"]
