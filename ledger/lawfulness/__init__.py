"""The lawfulness test (*rechtmatigheidstoets*): found, never blocked, never hidden."""
