"""The import of a plan sheet, as planning systems export it: codes, names, targets, ceilings by source of funds."""
