"""Customers from a spreadsheet: check every row, say what is wrong and how to mend it, save the good ones."""

from crm.importers.customers import ImportReport, RowProblem, import_customers
from crm.importers.sheets import customer_template, problems_workbook

__all__ = ["ImportReport", "RowProblem", "customer_template", "import_customers", "problems_workbook"]
