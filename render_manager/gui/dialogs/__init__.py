"""Questions, answers and forms. Every dialog is opened, none is executed: a nested loop would stop the change feed."""
