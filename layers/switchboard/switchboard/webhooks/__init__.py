"""A webhook, from API Gateway's event to the reply: verified, parsed, handed to a flow, queued, answered."""
