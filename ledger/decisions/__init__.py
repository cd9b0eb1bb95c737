"""Decisions about findings: acceptance, moratoria, the escalation table, review, reminders.

A decision stands beside what it is about and changes none of it. What was accepted was
departed from all the same: it counts in every statement as what it is.
"""
