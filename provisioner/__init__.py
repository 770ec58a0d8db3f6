"""The provisioner: CloudFormation custom resources that own a Vonage application and its number links.

`app` and `on_failure` are the entries. The rooms, of which each imports only those above it:

cloudformation  the custom resource protocol: the request, the one answer, the time there is
wanted          what a template may ask for
world           Vonage, Secrets Manager, Parameter Store
remembered      what is known of earlier requests
steps           what a plan is made of, and `execute`, which does it
plan            decides, without asking anybody
resources       what Create, Update and Delete mean for each kind of resource
operator        what an operator may ask: plan, check, rotate, doctor
"""
