"""Modals: `build` turns a form into a view, `parse` turns what came back into typed values or field errors."""
