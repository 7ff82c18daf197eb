"""How single cells of the tables, and entries of lists, are painted."""
