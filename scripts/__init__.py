"""Programs for working on the repository; they need nothing but Python, unless they say so."""
