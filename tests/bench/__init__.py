"""Benchmarks: the platform compared with the bare libraries it uses, as ratios measured in the same run.

make bench          # all of it, about seven minutes; or: PYTHONPATH=tests python -m bench fold relay
"""
