"""A page in the browser to try it on: brighten, recognise by day and in the dark, read a report."""
