"""`make test-engines`: Satchel on engines that others wrote. test_engines.py, one folder up, is the command."""
