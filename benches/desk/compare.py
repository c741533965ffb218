"""Sets our readers beside picklescan and huggingface_hub, over the same files in the same run, and prints tables."""

import argparse
import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

LEAST, ENOUGH_SECONDS, MOST = 3, 0.3, 2_000


def shortest(work):
    """The shortest of several runs, in seconds; by the rule of main.rs."""
    started, best = time.perf_counter(), math.inf
    for at in range(MOST):
        if at >= LEAST and time.perf_counter() - started >= ENOUGH_SECONDS:
            break
        begun = time.perf_counter()
        try:
            work()
        except Exception:  # A file that it cannot read takes its time too.
            pass
        best = min(best, time.perf_counter() - begun)
    return best


def ours(bench, what, files):
    done = subprocess.run([bench, what, *map(str, files)], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def resident_peak(pid):
    """What the kernel says of the most memory that was resident (VmHWM), in MiB; of what is over, nothing."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            kib = [int(line.split()[1]) for line in status if line.startswith("VmHWM:")]
    except OSError:
        kib = []
    return max(kib, default=0) / 1024


def process(command):
    """The shortest time of three runs of a program, in seconds, and its memory at most, in MiB. What `wait4` says of
    memory would be at least that of this process, which the program was started from."""
    best, peak = math.inf, 0
    for _ in range(3):
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while child.poll() is None:
            peak = max(peak, resident_peak(child.pid))
            time.sleep(0.0003)
        best = min(best, time.perf_counter() - begun)
    return best, peak


def table(title, rows):
    print(f"\n### {title}\n")
    for at, row in enumerate(rows):
        print("| " + " | ".join(row) + " |")
        if at == 0:
            print("|" + " --- |" * len(row))


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def spread(ratios):
    ratios = sorted(ratios)
    middle = ratios[len(ratios) // 2]
    geometric = math.exp(sum(map(math.log, ratios)) / len(ratios))
    return [number(ratios[0]), number(middle), number(geometric), number(ratios[-1])]


def scan_in_process(bench, files, title):
    import logging

    logging.disable(logging.CRITICAL)
    from picklescan.scanner import scan_file_path

    rows = [["file", "bytes", "picklescan ÷ ours", "ours ms", "MB/s ours", "our verdict"]]
    ratios = []
    for file, mine in zip(files, ours(bench, "scan", files)):
        theirs = shortest(lambda: scan_file_path(str(file)))
        ratios.append((theirs / mine["seconds"], file))
        rate = mine["bytes"] / mine["seconds"] / 1e6
        row = [file.name, f"{mine['bytes']:,}", number(ratios[-1][0])]
        rows.append(row + [number(mine["seconds"] * 1e3), number(rate), mine["answer"]])
    if len(files) <= 8:
        table(title, rows)
    else:
        head = ["files", "least", "median", "geometric mean", "most", "slowest against picklescan"]
        table(title, [head, [str(len(files)), *spread([ratio for ratio, _ in ratios]), min(ratios)[1].name]])
    return ratios


def scan_as_programs(program, files):
    rows = [["file", "bytes", "picklescan ÷ ours, time", "GB/s ours", "memory ours MiB", "memory picklescan MiB"]]
    picklescan = str(Path(sys.executable).parent / "picklescan")
    for file in files:
        seconds, memory = process([program, "scan", str(file)])
        their_seconds, their_memory = process([picklescan, "--path", str(file)])
        size = file.stat().st_size
        row = [file.name, f"{size:,}", number(their_seconds / seconds), number(size / seconds / 1e9)]
        rows.append(row + [number(memory), number(their_memory)])
    table("scan, whole programs with their start", rows)


def cards(bench, folder):
    import warnings

    warnings.simplefilter("ignore")
    from huggingface_hub import ModelCard

    files = sorted(folder.rglob("*.md"))
    ratios = []
    for file, mine in zip(files, ours(bench, "card", files)):
        theirs = shortest(lambda: ModelCard.load(file))
        ratios.append((theirs / mine["seconds"], file, mine))
    head = ["cards", "least", "median", "geometric mean", "most", "slowest against huggingface_hub"]
    table("card, in process: huggingface_hub ÷ ours", [head, [str(len(files)), *spread([r for r, *_ in ratios]), min(ratios, key=lambda r: r[0])[1].name]])
    total = sum(mine["seconds"] for *_, mine in ratios)
    theirs = sum(ratio * mine["seconds"] for ratio, _, mine in ratios)
    print(f"\nAll cards together: {number(theirs / total)} times.")


def check(program, repository):
    command = [program, "check", "--repo", str(repository), "--base", "HEAD~1"]
    seconds, memory = process(command)
    rows = [["changed files", "cards", "ms", "memory MiB"]]
    table("check of a repository, the whole program", rows + [["3,000", "50", number(seconds * 1e3), number(memory)]])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--generated", required=True, type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--cards", type=Path)
    arguments = parser.parse_args()
    generated = sorted(path for path in arguments.generated.iterdir() if path.is_file())
    # Of an archive the program reads the pickles alone, and this bench the whole file first.
    pickles = [path for path in generated if path.suffix == ".pkl"]
    scan_in_process(arguments.bench, pickles, "scan, in process")
    if arguments.weights:
        files = sorted(path for path in arguments.weights.rglob("*") if path.is_file())
        scan_in_process(arguments.bench, files, "scan of a folder, in process, per file: picklescan ÷ ours")
    scan_as_programs(arguments.program, generated)
    check(arguments.program, arguments.generated / "changes")
    if arguments.cards:
        cards(arguments.bench, arguments.cards)


main()
