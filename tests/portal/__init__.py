"""What a Träger does: uploads, prepares, hands in."""
