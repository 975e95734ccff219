"""The pages, by the people who use them."""
