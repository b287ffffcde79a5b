"""Our own company at the head of a paper."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Letterhead:
    """Name, address and numbers; ``line`` stands beside the name, ``logo`` is a PNG."""

    name: str
    address: str = ""
    postcode: str = ""
    phone: str = ""
    website: str = ""
    line: str = ""
    logo: bytes = b""
