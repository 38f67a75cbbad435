"""Tables of sentences per error code: `SENTENCES[locale][code] = (happened, meaning, remedy)`."""
