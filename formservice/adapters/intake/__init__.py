"""Takes in whole batches of files, resumable, every page accounted for."""
