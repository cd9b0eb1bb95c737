"""Expected savings on record: catalogues, picks, plain amounts, and what came of them."""
