"""The way from every earlier database to the present one: one line of steps for both kinds."""
