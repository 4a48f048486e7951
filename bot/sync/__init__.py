"""What Milepost does, in one sentence each: ports and clock come in, edges stay outside.

*reconcile* = read, plan, apply. *undo* = read, plan the way back, apply.
"""
