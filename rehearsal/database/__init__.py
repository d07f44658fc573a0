"""The source databases: MySQL servers, tables, rows, and changes to them."""
