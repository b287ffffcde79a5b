"""What contracts are made of: paragraphs with placeholders, conditions and repeats, and how a text is put together.

Plain data in, plain data out; no row is read or written here. There is no template language: a paragraph names values
(``{amount}``), other articles (``{article:breach}``), a condition over facts of the contract (``when``) and what it is
repeated for (``each``), and nothing else.
"""
