"""Handing documents over to others, and taking in what others know of people."""
