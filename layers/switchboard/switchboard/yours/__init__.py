"""What the stack beside this one holds for its flows: settings, secrets and tables, asked without boto3."""
