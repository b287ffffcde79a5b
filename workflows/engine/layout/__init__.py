"""A drawing for diagrams that come without one.

`reading` finds what is to be drawn, `placing` puts it on a grid of columns (how far from the start)
and rows (bands of lanes), `routing` leads the flows through free cells and the gaps between them,
`measures` turns both into pixels, `sheet` gives every name a place of its own, `messages` connects
pools, `drawing` writes the result as BPMN diagram interchange. A subprocess is a sheet in a cell of
another. The same file always gives the same picture."""

from .drawing import ensure_layout, has_drawing, has_layout

__all__ = ["ensure_layout", "has_drawing", "has_layout"]
