"""The REST API, one file for each of GitHub's areas."""
