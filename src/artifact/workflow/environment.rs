//! Whether a job deploys to an environment.

use super::expression::{references, templates};
use super::{Deploys, Environment, Job, Matrix};

pub(super) fn deploys(job: &Job, environment: &str) -> Deploys {
    match &job.environment {
        // A called workflow names its environments itself.
        None if job.calls.is_some() => Deploys::Maybe,
        None => Deploys::No,
        Some(Environment::Unknown) => Deploys::Maybe,
        Some(Environment::Named(name)) => is_named(name, &job.matrix, environment),
    }
}

/// Environments are compared without regard to case.
fn is_named(name: &str, matrix: &Matrix, environment: &str) -> Deploys {
    if !name.contains("${{") {
        return if equal(name, environment) { Deploys::Yes } else { Deploys::No };
    }
    match matrix_values(name, matrix) {
        Some(values) if values.iter().any(|value| equal(value, environment)) => Deploys::Yes,
        Some(_) => Deploys::No,
        None if can_become(name, environment) => Deploys::Maybe,
        None => Deploys::No,
    }
}

fn equal(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// `${{ matrix.env }}`, alone, of a matrix whose values are written out. A key that it does not have is empty.
fn matrix_values<'a>(name: &str, matrix: &'a Matrix) -> Option<&'a [String]> {
    let Matrix::Values(values) = matrix else { return None };
    let inside = name.trim().strip_prefix("${{")?.strip_suffix("}}")?;
    let [reference] = references(inside).try_into().ok()?;
    let [of, key] = reference.path.as_slice() else { return None };
    let is_alone = inside.trim().to_lowercase() == format!("{of}.{key}");
    (of == "matrix" && is_alone).then(|| values.get(key).map(Vec::as_slice).unwrap_or_default())
}

/// Whether what is written before the first expression and after the last one fits.
fn can_become(name: &str, environment: &str) -> bool {
    let (name, environment) = (name.trim().to_lowercase(), environment.trim().to_lowercase());
    let before = templates(&name).next().and_then(|(begin, _)| name.get(..begin)).unwrap_or_default();
    let after = name.rsplit_once("}}").map_or("", |(_, after)| after);
    environment.starts_with(before) && environment.ends_with(after)
}
