"""The same diagrams for our engine and for the trial code it was designed with, each in a process of its own."""
