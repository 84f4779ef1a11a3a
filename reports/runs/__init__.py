"""Which reports were taken, with what they were asked, and those that come by themselves each quarter."""
