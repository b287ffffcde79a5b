"""Spreadsheets become rows: uploaded, their columns named, checked, looked at, written by a worker, undone.

An app says in its ``importers.py`` what can be imported (``core.imports.registry``); reading the file, guessing
columns, finding doubles, batches that survive a dead worker, and the pages are written here once.

``reading``   a file as rows of texts        ``guessing``  which column is which field
``checking``  every row judged, none written ``writing``   the good ones written, each exactly once
``undoing``   all of it taken back           ``books``     sheets that we hand out
"""
