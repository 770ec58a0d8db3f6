"""CloudFormation's custom resource protocol: the request, the one answer to it, and the time there is."""
