"""The whole program under a storm: its processes die, its servers stop, its clock jumps, and its cases go on.

``make chaos`` runs the long one, ``make test`` a short one. See docs/reliability.md.
"""
