"""Letters as PDF files. The only importer of reportlab and pikepdf; no Django."""
