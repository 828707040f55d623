"""One file for each role of a process, and what all of them need; app.py puts them together."""
