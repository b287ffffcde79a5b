"""Paper: contracts, notices and letters, from plain dataclasses to bytes.

``documents`` says what a contract or a notice holds and prints it; ``rendering`` is the ground under it
(template in, bytes out); ``merging`` makes one file of many letters. The same input gives the same bytes,
on any machine with the same fonts, so that a document's checksum means something.

WeasyPrint costs a second to import, so it is imported where the first document is made and not here.
"""
