"""How the history of fairs is read."""

from core.history import Tracked, register

register(Tracked("fairs.fair"))
