"""What the platform costs beside the bare libraries it stands on: ratios, measured in the same run.

make bench          # all of it, about seven minutes; or: PYTHONPATH=tests python -m bench fold relay
"""
