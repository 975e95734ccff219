"""The media, engines and stores, each behind a port of the application."""
