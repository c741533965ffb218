//! Workflow files: what a deploying job checks out and which actions it trusts.
