"""AWS: queues and secrets without boto3, which costs more than a whole webhook; bus and table with it."""
