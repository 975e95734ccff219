"""Finished PDF forms, assembled from a compiled template."""
