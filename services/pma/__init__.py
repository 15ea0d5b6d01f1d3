"""The purchasing specialist (PMA): what makes it this one."""
