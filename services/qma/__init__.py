"""The quality specialist (QMA): what makes it this one."""
