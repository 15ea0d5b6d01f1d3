"""The version of the contract that stored results are written with."""

CONTRACT_VERSION = "buildplan.v1"
