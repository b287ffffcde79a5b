"""The figures of a process on its page.

`form` is what is asked, `panel` what the page shows of it, `sheets` its tables, `picture` the diagram with colours,
`spans` how times are written, `links` where numbers lead, `files` the tables as files.
"""
