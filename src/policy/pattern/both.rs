//! Whether two patterns have a name in common that no other pattern is better for.

use std::collections::{BTreeSet, VecDeque};

use super::{Part, Pattern};

/// Most sets of positions that are looked at. Patterns that people write need a few dozen; what is not found by then is
/// found when such a name comes up.
const MAX_STEPS: usize = 5_000;

/// The shortest name that `one` and `other` both match and none of `better` does.
pub(in crate::policy) fn matched_by_both(one: &Pattern, other: &Pattern, better: &[&Pattern]) -> Option<String> {
    let patterns: Vec<&Pattern> = [one, other].into_iter().chain(better.iter().copied()).collect();
    let letters = letters(&patterns);
    let start: Vec<Vec<bool>> = patterns.iter().map(|pattern| pattern.start()).collect();
    let mut seen = BTreeSet::from([start.clone()]);
    let mut queue = VecDeque::from([(start, String::new())]);
    while let Some((states, name)) = queue.pop_front() {
        let mut accepted = patterns.iter().zip(&states).map(|(pattern, states)| pattern.accepts(states));
        let is_common = accepted.next() == Some(true) && accepted.next() == Some(true);
        if is_common && !name.is_empty() && !accepted.any(|is_better| is_better) {
            return Some(name);
        }
        for c in &letters {
            let next: Vec<Vec<bool>> =
                patterns.iter().zip(&states).map(|(pattern, states)| pattern.step(states, *c)).collect();
            let is_dead = next.iter().take(2).any(|states| !states.contains(&true));
            if !is_dead && seen.len() < MAX_STEPS && seen.insert(next.clone()) {
                queue.push_back((next, format!("{name}{c}")));
            }
        }
    }
    None
}

/// The letters that make a difference, and one that makes none.
fn letters(patterns: &[&Pattern]) -> Vec<char> {
    let literal = |part: &Part| match part {
        Part::Literal(c) => Some(*c),
        Part::One | Part::Some | Part::All => None,
    };
    let mut letters: BTreeSet<char> =
        patterns.iter().flat_map(|pattern| pattern.parts.iter().filter_map(literal)).collect();
    letters.extend(('a'..='z').find(|c| !letters.contains(c)));
    letters.insert('/');
    letters.into_iter().collect()
}
