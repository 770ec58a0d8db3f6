"""The functions' log lines: found in CloudWatch, and told to a person in one line each."""
