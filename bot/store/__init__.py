"""State: tables, migrations, one repository per aggregate."""
