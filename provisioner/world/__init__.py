"""What is outside: Vonage and its documents, Secrets Manager, Parameter Store, keys. One module for each."""
