"""Who may open and do what: every page and every action of the API, asked by four people."""
