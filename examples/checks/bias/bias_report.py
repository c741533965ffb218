#!/usr/bin/env python3
"""Measures a classifier slice by slice with fairlearn, and says it in the forms Countersign reads.

    python bias_report.py predictions.csv --features sex,age_group --out out/

`predictions.csv` has a column `label` (0 or 1), a column `prediction` (0 or 1) and one column for each feature. Written are

    slices.json       the report by slice, for `evaluations: [{format: slices, path: ...}]` of a policy
    bias.sarif        one finding for each gap above the limit, for `checks: {sarif: [{name: bias, artifact: ...}]}`
    countersign.json  a few numbers for approvers, for `checks: {fields: {artifact: ...}}`

The exit code is 0 whatever was found: the report says it, and the policy decides what it means.
"""

import argparse
import json
import math
import pathlib

import pandas
from fairlearn.metrics import MetricFrame, count, demographic_parity_difference, false_positive_rate, selection_rate
from sklearn.metrics import accuracy_score, recall_score

METRICS = {
    "accuracy": accuracy_score,
    "recall": lambda labels, predictions: recall_score(labels, predictions, zero_division=0),
    "false_positive_rate": false_positive_rate,
    "selection_rate": selection_rate,
}
# Parity of the selection rate is a team's own choice: base rates differ for good reasons too. It is reported, not judged.
JUDGED = ("accuracy", "recall", "false_positive_rate")


def frames_of(table, features):
    """One frame for each feature: the metrics of every group."""
    measured = {**METRICS, "count": count}
    return {
        feature: MetricFrame(
            metrics=measured, y_true=table["label"], y_pred=table["prediction"], sensitive_features=table[feature]
        )
        for feature in features
    }


def number(value):
    """A number that JSON has; None where the slice is too small for one."""
    return None if math.isnan(value) else round(float(value), 6)


def slices(table, frames, model, dataset):
    """The report by slice, as `docs/checks.md` describes it."""
    some_frame = next(iter(frames.values()))
    rows = [slice_of("overall", some_frame.overall)]
    for feature, frame in frames.items():
        rows += [slice_of(f"{feature}={group}", values) for group, values in frame.by_group.iterrows()]
    return {"format": "countersign.slices/1", "model": model, "dataset": dataset, "split": "test", "slices": rows}


def slice_of(name, values):
    metrics = {metric: number(values[metric]) for metric in METRICS}
    return {"slice": name, "count": int(values["count"]), "metrics": metrics}


def gaps(frames, min_count):
    """The largest difference between groups that are large enough to tell, for each metric and feature."""
    for feature, frame in frames.items():
        groups = frame.by_group[frame.by_group["count"] >= min_count]
        for metric in JUDGED:
            values = groups[metric].dropna()
            if len(values) >= 2:
                worst, best = values.idxmin(), values.idxmax()
                yield feature, metric, values.max() - values.min(), worst, values.min(), best, values.max()


def sarif(found, max_gap, source):
    """SARIF 2.1.0 with one rule for each metric. A report without findings still says that it was made."""
    results = [
        {
            "ruleId": f"gap/{metric}",
            "level": "error",
            "message": {
                "text": f"{metric} by {feature}: {worst} {low:.3f}, {best} {high:.3f}: gap {gap:.3f} (limit {max_gap:.3f})."
            },
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": source}}}],
        }
        for feature, metric, gap, worst, low, best, high in found
        if gap > max_gap
    ]
    rules = [
        {"id": f"gap/{metric}", "shortDescription": {"text": f"Groups differ in {metric} by more than the limit."}}
        for metric in JUDGED
    ]
    driver = {"name": "fairlearn", "rules": rules}
    run = {"tool": {"driver": driver}, "invocations": [{"executionSuccessful": True}], "results": results}
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def fields(table, features, found):
    """At most ten short values. Nobody verifies them: they are shown as the workflow's own words."""
    shown = {"rows measured": str(len(table)), "features": ", ".join(features)}
    worst = max(found, key=lambda one: one[2], default=None)
    if worst:
        shown["largest gap"] = f"{worst[1]} by {worst[0]}: {worst[2]:.3f}"
    for feature in features[:3]:
        difference = demographic_parity_difference(
            table["label"], table["prediction"], sensitive_features=table[feature]
        )
        shown[f"parity difference, {feature}"[:40]] = f"{difference:.3f}"
    return {"fields": shown}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=pathlib.Path)
    parser.add_argument("--features", required=True, help="columns that groups are made of, with commas")
    parser.add_argument("--model", default="")
    parser.add_argument("--dataset", default="")
    parser.add_argument("--max-gap", type=float, default=0.10)
    parser.add_argument("--min-count", type=int, default=100, help="smaller groups are reported and not judged")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("out"))
    given = parser.parse_args()
    features = given.features.split(",")
    table = pandas.read_csv(given.predictions)
    frames = frames_of(table, features)
    found = list(gaps(frames, given.min_count))
    given.out.mkdir(parents=True, exist_ok=True)
    for name, content in {
        "slices.json": slices(table, frames, given.model, given.dataset),
        "bias.sarif": sarif(found, given.max_gap, given.predictions.name),
        "countersign.json": fields(table, features, found),
    }.items():
        (given.out / name).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
