"""What a WhatsApp message of the type `custom` holds, in WhatsApp's own shapes.

`switchboard.whatsapp` writes them. Vonage hands them on as they are, and what is wrong in them comes back as
a status of the message. So it is doubtful here, and never refused. Nothing of it was tried against the live
service.
"""
