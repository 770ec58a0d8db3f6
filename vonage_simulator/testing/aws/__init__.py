"""AWS around the functions of this process: the requests that invoke them, and the services that they ask."""
