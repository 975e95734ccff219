"""Pictures of received pages and of places on them, for people who look at them in a browser."""
