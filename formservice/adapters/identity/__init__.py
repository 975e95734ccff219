"""How people show who they are: passwords, second factors, other services."""
