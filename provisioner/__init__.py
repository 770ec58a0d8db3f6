"""The provisioner: CloudFormation custom resources that own a Vonage application and its number links.

`app` is the entry, `protocol` and `callback` speak to CloudFormation, `properties` reads what the template
says, `plan` decides, `execute` does it and knows how to undo it, `vonage` talks to Vonage.
"""
