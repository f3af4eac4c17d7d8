"""Tables of others: rows become drafts of typed records, and nothing is lost on the way."""
