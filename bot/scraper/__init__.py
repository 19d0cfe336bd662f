"""Reading schools: the contract, the sources, the page helpers, the HTTP client."""
