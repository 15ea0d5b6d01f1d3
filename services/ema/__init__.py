"""The engineering specialist (EMA): what makes it this one."""
