//! Whether what is printed may be coloured.

use std::io::{self, IsTerminal as _};

/// Standard output is a terminal, and nobody asked for plain text: <https://no-color.org>, and terminals that show none.
pub(super) fn is_wanted() -> bool {
    let has = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && !has("NO_COLOR") && !is_dumb
}
