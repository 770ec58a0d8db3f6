"""AWS, signed and asked without boto3, which costs more than a whole webhook."""
