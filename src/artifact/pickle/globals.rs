//! What an import of a pickle may do, by its module and name.
//!
//! Order: the allow-list; what is known to run, load or reach anything; what the team allows; everything else is suspicious.

mod allowed;
mod dangerous;
mod python2;

pub use dangerous::Harm;
pub use python2::MAPPED_BELOW;

/// What an import means for whoever loads the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// On the allow-list, or allowed by the team.
    Allowed,
    /// On no list.
    Unlisted,
    Dangerous(Harm),
}

/// An import with the name under which it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub class: Class,
    /// `module.name`, as Python 3 finds it.
    pub name: String,
    /// As written, where Python 3 maps it to another name.
    pub written: Option<String>,
}

/// Judges the import of `name` from `module`, as a reader of that protocol resolves it. `allow_globals`: patterns such as
/// `sklearn.*`; they never make something dangerous allowed, and never apply to names with dots, which lead anywhere.
pub fn judge(module: &str, name: &str, protocol: u8, allow_globals: &[String]) -> Judged {
    let mapped = if protocol < MAPPED_BELOW { python2::mapped(module, name) } else { None };
    let (new_module, new_name) = mapped.unwrap_or((module, name));
    // Readers that do not map see the name as written: the worse counts.
    let class = class_of(new_module, new_name);
    let as_written = if mapped.is_some() { class_of(module, name) } else { class };
    let class = match (class, as_written) {
        (Class::Dangerous(harm), _) | (_, Class::Dangerous(harm)) => Class::Dangerous(harm),
        (Class::Unlisted, _) if is_allowed_by_team(new_module, new_name, allow_globals) => Class::Allowed,
        (class, _) => class,
    };
    let full = |module: &str, name: &str| format!("{module}.{name}");
    Judged { class, name: full(new_module, new_name), written: mapped.map(|_| full(module, name)) }
}

/// Judges a dotted path that some other format imports from, such as Keras's configuration.
pub fn class_of(module: &str, name: &str) -> Class {
    if allowed::contains(module, name) {
        return Class::Allowed;
    }
    dangerous::harm(module.trim(), name.trim()).map_or(Class::Unlisted, Class::Dangerous)
}

fn is_allowed_by_team(module: &str, name: &str, patterns: &[String]) -> bool {
    let full = format!("{module}.{name}");
    !name.contains('.') && patterns.iter().any(|pattern| matches(pattern, &full))
}

/// Whether `pattern`, where `*` stands for any characters, is the whole of `text`.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|start| text.strip_prefix(start)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.is_empty()
}

/// Whether Python could find something under these names: identifiers joined by dots. Random bytes do not look so.
pub fn is_plausible(module: &str, name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '<' | '>' | '-' | '$'))
    };
    [module, name].into_iter().all(|path| path.trim().split('.').all(is_word))
}

#[cfg(test)]
mod tests;
