"""Trains Dateline's reader; the product never imports this package."""
