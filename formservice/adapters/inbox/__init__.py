"""What comes in by itself: folders of scanners, and mailboxes."""
