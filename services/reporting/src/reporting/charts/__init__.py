"""The charts: nine questions, each as figures over the API and as a page."""
