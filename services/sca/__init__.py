"""The scheduling specialist (SCA): what makes it this one."""
