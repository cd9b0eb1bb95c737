"""What happened, and was it lawful: money, agreements, spendings and savings."""
