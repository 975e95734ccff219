"""Carries notices to other programs, and to no other host than those that are allowed."""
