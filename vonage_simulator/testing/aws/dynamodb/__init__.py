"""The tables of flows under test: as much of DynamoDB as flows use, in this process."""
