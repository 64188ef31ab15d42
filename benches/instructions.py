#!/usr/bin/env python3
"""Counts the instructions of a few runs and compares them with benches/instructions.toml.

    python3 benches/instructions.py            compares; fails if one has moved by more than its share
    python3 benches/instructions.py --record   writes what it counted instead

Counted by `valgrind --tool=callgrind`, which sees the same however busy the machine is; another compiler
or C library counts a little differently. What is counted is the run itself (`World::run`), neither
set-up nor start.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "benches/instructions.toml"
MEASURE = ROOT / "target/release/examples/measure"


def count(run):
    scenario, seconds = run["scenario"], str(run["seconds"])
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/callgrind"
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
        valgrind += ["--toggle-collect=*World::run_telling*"]
        command = valgrind + [str(MEASURE), str(ROOT / scenario), "1", seconds, *run.get("set", [])]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return int(re.search(r"Collected : (\d+)", told).group(1))


def text(golden):
    head = "# Instructions of whole runs, as benches/instructions.py counts them. A run may use `tolerance` more or\n"
    head += "# less; a change that moves one further says why and records it anew.\n"
    blocks = [f"{head}\ntolerance = {golden['tolerance']}\n"]
    for run in golden["run"]:
        lines = [f"{key} = {str(value) if isinstance(value, int) else repr(value)}" for key, value in run.items()]
        blocks.append("[[run]]\n" + "\n".join(lines).replace("'", '"') + "\n")
    return "\n".join(blocks)


if not shutil.which("valgrind"):
    sys.exit("valgrind is needed: apt-get install valgrind")
subprocess.run(["cargo", "build", "--release", "-p", "scenarios", "--example", "measure"], cwd=ROOT, check=True)
golden = tomllib.loads(GOLDEN.read_text())
moved = []
for run in golden["run"]:
    counted = count(run)
    change = counted / run["instructions"] - 1 if run.get("instructions") else 0.0
    print(f"{run['name']:12} {counted:>15,}  {change:+.1%}")
    if abs(change) > golden["tolerance"]:
        moved.append(run["name"])
    run["instructions"] = counted
if "--record" in sys.argv:
    GOLDEN.write_text(text(golden))
elif moved:
    sys.exit(f"these have moved: {', '.join(moved)}")
