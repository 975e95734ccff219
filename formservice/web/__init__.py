"""The service in a browser and for programs: pages, the API, and who may use them."""
