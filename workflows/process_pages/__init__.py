"""A page about a process in both languages, with its picture, read from the diagram itself.

Read in this order: `reading` (what is known of a process), `words` and `conditions` (codes and expressions as people
say them), `page` with `sections`, `ways` and `happenings` (the text, as Markdown), `picture` with `shapes` and
`lettering` (the drawing). docs/processes/ and the guide for staff are both written with it.
"""
