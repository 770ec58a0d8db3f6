"""What the provisioner knows of earlier requests: a resource's memory, its lease, and who owns what."""
