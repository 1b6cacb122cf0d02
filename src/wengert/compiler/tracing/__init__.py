"""Tracing for the compiler: functions as programs, with guards, and with what they capture."""
