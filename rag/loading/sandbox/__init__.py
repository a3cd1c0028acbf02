"""The process with limits in which dangerous formats are parsed and pages drawn."""
