"""The model room: will this practice score low in the next survey wave, how sure are we, and why.

Reads tables by their declared columns, writes tables and a registered model. Imports nothing from the other
rooms but `expectations.BadInput`. Heavy libraries are imported by the modules that need them.
"""
