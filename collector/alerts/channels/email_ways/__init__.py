"""The two ways in which e-mails are sent: an SMTP server, and Azure Communication Services."""
