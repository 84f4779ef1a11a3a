"""Every change to households and members that a person makes: checked, recorded, whole or not at all."""
