"""The services as processes of this machine: started together, watched, started again, stopped in order."""

from cli.supervisor.ports import choose_ports, refuse_taken
from cli.supervisor.services import Layout, definitions
from cli.supervisor.supervisor import ServiceEvent, Supervisor

__all__ = ["Layout", "ServiceEvent", "Supervisor", "choose_ports", "definitions", "refuse_taken"]
