"""The pages of docs/processes/: about each shipped process, in both languages, with its picture.

`python -m config.process_pages` writes them; a test says whether they are current. `files` says what is written,
`reading` which diagrams; the words and the drawing are those of `workflows.process_pages`.
"""
