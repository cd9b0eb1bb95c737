"""The lawfulness papers of a year: what each organisation has to account for, and why."""
