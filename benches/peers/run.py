#!/usr/bin/env python3
"""PHOLD on icsim, on a bare BinaryHeap, on nexosim and on SimPy, one after the other on this machine.

    python3 benches/peers/run.py

Builds what is written in Rust (nexosim comes from crates.io), puts SimPy from PyPI into a virtual
environment under the target folder, and prints a table for docs/performance.md: events for each second of
processor time, the best of three runs, and how much faster icsim is.
"""

import datetime
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ROOT / "benches/peers"
VENV = ROOT / "target/peers/simpy"
CARGO = sys.argv[1:] or ["cargo"]


def told(*command, cwd=ROOT):
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


def best(*command, cwd=ROOT):
    return max(float(told(*command, cwd=cwd)) for _ in range(3))


def ours():
    told(*CARGO, "build", "--release", "-p", "sim-core", "--example", "phold")
    lines = told(ROOT / "target/release/examples/phold").split()
    return dict(zip(lines[::2], map(float, lines[1::2])))


def nexosim():
    target = ROOT / "target/peers"
    told(*CARGO, "build", "--release", "--target-dir", target, cwd=PEERS / "nexosim")
    return best(target / "release/nexosim-phold")


def simpy(way):
    python = VENV / "bin/python"
    if not python.exists():
        told(sys.executable, "-m", "venv", VENV)
        told(python, "-m", "pip", "install", "--quiet", "simpy==4.1.2")
    return best(python, PEERS / "simpy_phold.py", way)


rates = ours()
rates["nexosim 1.0"] = nexosim()
rates["SimPy 4.1, callbacks"] = simpy("callbacks")
rates["SimPy 4.1, processes"] = simpy("processes")
print(f"PHOLD, {datetime.date.today()}\n")
print("| simulator | events a second | icsim is faster by |\n|---|---:|---:|")
for name, rate in rates.items():
    print(f"| {name} | {rate / 1e6:.2f} million | {rates['icsim'] / rate:.1f} |")
