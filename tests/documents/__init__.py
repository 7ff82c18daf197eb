"""The documents are tested: their commands run, their links lead somewhere, their names exist."""
