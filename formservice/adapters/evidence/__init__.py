"""Evidence on disk: pictures cut out of the original, a page to look at, a folder."""
