"""What is outside: Vonage's APIs, Secrets Manager, Parameter Store, key pairs. One module speaks to each."""
