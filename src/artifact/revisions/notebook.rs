//! Notebooks: the code cells of nbformat 4, as Python.

use serde::Deserialize;

use super::{Revisions, UNPINNED_LIMIT, calls, problem};
use crate::artifact::text::quoted;

pub(super) fn read(text: &str) -> Revisions {
    let notebook: Notebook = match serde_json::from_str(text) {
        Ok(notebook) => notebook,
        Err(error) => {
            let why = format!("the notebook cannot be read: {}", quoted(&error.to_string()));
            return Revisions { problem: Some(problem(error.line(), &why)), ..Revisions::default() };
        }
    };
    let mut found = Revisions::default();
    for (index, cell) in notebook.cells.iter().enumerate().filter(|(_, cell)| cell.cell_type == "code") {
        let Some(source) = python(&cell.source.text()) else { continue };
        let number = index + 1;
        let inside = calls::read(&source);
        // A cell that was never finished does not keep the others from being read.
        found.problem = found
            .problem
            .or(inside.problem.map(|inside| problem(inside.line, &format!("cell {number}: {}", inside.why))));
        for mut one in inside.unpinned {
            one.cell = Some(number);
            if found.unpinned.len() < UNPINNED_LIMIT { found.unpinned.push(one) } else { found.more += 1 }
        }
    }
    found
}

#[derive(Deserialize)]
struct Notebook {
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    cell_type: String,
    source: Source,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Whole(String),
    Lines(Vec<String>),
}

impl Source {
    fn text(&self) -> String {
        match self {
            Self::Whole(text) => text.clone(),
            Self::Lines(lines) => lines.concat(),
        }
    }
}

/// Cell magics under which a cell is still Python.
const PYTHON_MAGICS: [&str; 5] = ["%%capture", "%%prun", "%%time", "%%timeit", "%%python"];

/// The cell without lines for the shell and for IPython itself; none where the cell is in another language.
fn python(source: &str) -> Option<String> {
    let magic = source.trim_start().lines().next().filter(|line| line.starts_with("%%"));
    if magic.is_some_and(|magic| !PYTHON_MAGICS.contains(&magic.split_whitespace().next().unwrap_or_default())) {
        return None;
    }
    let lines = source.split('\n').map(|line| if line.trim_start().starts_with(['!', '%']) { "" } else { line });
    Some(lines.collect::<Vec<_>>().join("\n"))
}
