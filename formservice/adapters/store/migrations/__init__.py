"""The way from every earlier database to the present one: one line of steps for both kinds.

A step may make tables anew (``op.batch_alter_table``) that others refer to. On SQLite no trigger
of ours is there meanwhile: they come after the last step, as ``by_itself`` has them, and what
they would have done is done then.
"""
