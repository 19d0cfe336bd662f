"""Catalogues (`<language>.po`, compiled to `.mo` by `make locale`) and the generated table of dates."""
