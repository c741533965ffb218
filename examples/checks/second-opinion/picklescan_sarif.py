#!/usr/bin/env python3
"""Asks picklescan about every file below some folders, and says its answer as SARIF: a second opinion on pickles.

    python picklescan_sarif.py models/ > picklescan.sarif

The exit code is 0 whatever was found: the report says it, and the policy decides what it means. A file that cannot be scanned
makes the whole run one that did not succeed, which Countersign never takes for a pass.
"""

import json
import pathlib
import sys
from importlib.metadata import version

from picklescan.scanner import SafetyLevel, scan_file_path

# Names of rules with what picklescan says of a global, and its weight: GitHub calls 9.0 and more critical, 4.0 and more medium.
RULES = {
    SafetyLevel.Dangerous: ("dangerous-global", "9.8", "Loading this file runs something dangerous."),
    SafetyLevel.Suspicious: ("suspicious-global", "5.0", "Loading this file imports something that is on no list."),
}


def files_below(folders):
    for folder in map(pathlib.Path, folders):
        if folder.is_file():
            yield folder
        else:
            yield from sorted(path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)


def results_of(path, scan):
    for found in sorted(scan.globals, key=lambda one: (one.module, one.name)):
        if found.safety in RULES:
            yield {
                "ruleId": RULES[found.safety][0],
                "message": {"text": f"{found.module}.{found.name} is called or imported when the file is loaded."},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": path.as_posix()}}}],
            }


def main():
    results, failures = [], []
    for path in files_below(sys.argv[1:] or ["."]):
        try:
            scan = scan_file_path(str(path))
        except Exception as error:  # noqa: BLE001 - whatever breaks it, the file was not scanned
            failures.append(f"{path.as_posix()}: {error}")
            continue
        results += results_of(path, scan)
        if scan.scan_err:
            failures.append(f"{path.as_posix()} could not be scanned to its end")
    rules = [
        {"id": name, "shortDescription": {"text": text}, "properties": {"security-severity": weight}}
        for name, weight, text in RULES.values()
    ]
    invocation = {
        "executionSuccessful": not failures,
        "toolExecutionNotifications": [{"level": "error", "message": {"text": failure}} for failure in failures],
    }
    driver = {"name": "picklescan", "version": version("picklescan"), "rules": rules}
    run = {"tool": {"driver": driver}, "invocations": [invocation], "results": results}
    report = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    json.dump(report, sys.stdout, indent=2, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
