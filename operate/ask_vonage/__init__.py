"""`make ask-vonage`: what only Vonage itself knows, asked of a real account, and told on one page.

A question decides one switch of the simulated Vonage. `application` and `numbers` ask the APIs alone;
`calls`, `callers` and `messages` ask with a telephone, through webhooks that a tunnel leads to this machine.
`inquiry` is what they work with: an application of the run's own, and a number that is lent to it.
"""
