"""The developer's side of translating: what is to be translated, and the files that hold it."""
