"""`make ask-vonage`: what only Vonage itself knows, asked of a real account, and told on one page.

Each question decides one switch of the simulated Vonage; they are in `questions`. `inquiry` is what they work
with: an application of the run's own, a number that is lent to it, webhooks behind a tunnel, and a person.
"""
