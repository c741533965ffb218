#!/usr/bin/env python3
"""Turns what clamscan says into SARIF.

    clamscan --recursive --infected models/ | python clamav_sarif.py > clamav.sarif

clamscan's own exit code (1: found something) gets lost in the pipe, and is not needed: its summary says whether it came to its
end, and a run without a summary is one that did not succeed.
"""

import json
import sys

SUMMARY = "----------- SCAN SUMMARY -----------"


def result(path, signature):
    return {
        "ruleId": signature,
        "level": "error",
        "message": {"text": f"{signature} was found."},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": path.removeprefix("./")}}}],
    }


def main():
    results, finished, errors = [], False, 0
    for line in map(str.strip, sys.stdin):
        if line == SUMMARY:
            finished = True
        elif line.endswith(" FOUND") and not finished:
            path, _, signature = line.removesuffix(" FOUND").rpartition(": ")
            results.append(result(path, signature))
        elif line.startswith("Total errors:"):
            errors = int(line.partition(":")[2])
    run = {
        "tool": {"driver": {"name": "ClamAV"}},
        "invocations": [{"executionSuccessful": finished and errors == 0}],
        "results": results,
    }
    json.dump({"version": "2.1.0", "runs": [run]}, sys.stdout, indent=2, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
