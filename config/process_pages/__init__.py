"""A page about each shipped process in both languages, with its picture, read from the diagram itself.

`python -m config.process_pages` writes them into docs/processes/; a test says whether they are current.
Read in this order: `files` (what is written), `reading` (the diagrams), `words` and `conditions` (codes and
expressions as people say them), `page` with `sections`, `ways` and `happenings` (the text), `picture` with `shapes`
and `lettering` (the drawing).
"""
