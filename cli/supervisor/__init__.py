"""The services as processes of this machine: started together, watched, started again, stopped in order."""

from cli.supervisor.services import Layout, choose_ports, definitions
from cli.supervisor.supervisor import ServiceEvent, Supervisor

__all__ = ["Layout", "ServiceEvent", "Supervisor", "choose_ports", "definitions"]
