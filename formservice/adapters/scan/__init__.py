"""Pictures of pages: registered, recognised, boxes and signatures judged."""
