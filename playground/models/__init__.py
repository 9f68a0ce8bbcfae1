"""Catalogue, loading, cache and device: the only place that calls `from_pretrained`."""
