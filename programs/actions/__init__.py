"""Every change to programmes and to the assistance log: checked, recorded, whole or not at all."""
