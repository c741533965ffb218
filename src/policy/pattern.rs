//! Patterns of names: `release/*`. `*` stands for any characters but `/`, `**` for any characters, `?` for one but `/`.
//! Upper and lower case are the same for environments, as they are at the forge, and differ for branches.

mod both;

pub(super) use both::matched_by_both;

/// A name, or a pattern of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    parts: Vec<Part>,
    ignores_case: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Literal(char),
    /// One character but `/`.
    One,
    /// Any characters but `/`.
    Some,
    /// Any characters.
    All,
}

impl Part {
    /// Whether it can take `c`.
    fn takes(self, c: char) -> bool {
        match self {
            Self::Literal(literal) => literal == c,
            Self::One | Self::Some => c != '/',
            Self::All => true,
        }
    }

    const fn repeats(self) -> bool {
        matches!(self, Self::Some | Self::All)
    }
}

impl Pattern {
    /// # Errors
    /// Characters that other tools give a meaning, and that these patterns do not: they would look like wildcards and match
    /// nothing.
    pub fn parse(text: &str, ignores_case: bool) -> Result<Self, String> {
        if let Some(c) = text.chars().find(|c| matches!(c, '[' | ']' | '{' | '}' | '\\')) {
            return Err(format!("has `{c}`: patterns know `*`, `**` and `?` only"));
        }
        let mut parts = Vec::new();
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '*' => {
                    let mut stars = 1;
                    while rest.next_if_eq(&'*').is_some() {
                        stars += 1;
                    }
                    parts.push(if stars == 1 { Part::Some } else { Part::All });
                }
                '?' => parts.push(Part::One),
                c => parts.extend(folded(c, ignores_case).map(Part::Literal)),
            }
        }
        Ok(Self { text: text.to_owned(), parts, ignores_case })
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is a name, not a pattern of names.
    pub fn is_exact(&self) -> bool {
        self.literals() == self.parts.len()
    }

    /// How many characters of it stand for themselves: the pattern that has more of them counts.
    pub fn literals(&self) -> usize {
        self.parts.iter().filter(|part| matches!(part, Part::Literal(_))).count()
    }

    /// Whether it matches a name. Takes no longer than name times pattern.
    pub fn is_match(&self, name: &str) -> bool {
        let mut states = self.start();
        for c in name.chars().flat_map(|c| folded(c, self.ignores_case)) {
            states = self.step(&states, c);
        }
        self.accepts(&states)
    }

    /// Whether two names are the same to it, case or not.
    pub fn is_same(&self, other: &Self) -> bool {
        self.parts == other.parts
    }

    /// Where in the pattern a name can be before its first character.
    fn start(&self) -> Vec<bool> {
        let mut states = vec![false; self.parts.len() + 1];
        if let Some(first) = states.first_mut() {
            *first = true;
        }
        self.skip(&mut states);
        states
    }

    /// Where it can be after one more character.
    fn step(&self, states: &[bool], c: char) -> Vec<bool> {
        let mut next = vec![false; states.len()];
        for (at, part) in self.parts.iter().enumerate() {
            if !states.get(at).copied().unwrap_or_default() || !part.takes(c) {
                continue;
            }
            let to = if part.repeats() { at } else { at + 1 };
            if let Some(state) = next.get_mut(to) {
                *state = true;
            }
        }
        self.skip(&mut next);
        next
    }

    fn accepts(&self, states: &[bool]) -> bool {
        states.last().copied().unwrap_or_default()
    }

    /// What repeats may stand for nothing.
    fn skip(&self, states: &mut [bool]) {
        for (at, part) in self.parts.iter().enumerate() {
            if part.repeats()
                && states.get(at).copied().unwrap_or_default()
                && let Some(next) = states.get_mut(at + 1)
            {
                *next = true;
            }
        }
    }
}

fn folded(c: char, ignores_case: bool) -> impl Iterator<Item = char> {
    let (lower, same) = if ignores_case { (Some(c.to_lowercase()), None) } else { (None, Some(c)) };
    lower.into_iter().flatten().chain(same)
}

#[cfg(test)]
mod tests;
