"""The pages of a Träger."""
