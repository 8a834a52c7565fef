"""The program that the hub starts. `python3 build.py` makes one file of it: ./recado-connector-syslog."""

from connector import Connector
from recado import serve

serve(Connector())
