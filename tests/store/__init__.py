"""The store: transactions, columns, migrations."""
