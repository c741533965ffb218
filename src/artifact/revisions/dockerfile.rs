//! Dockerfiles: the images that stages begin with and copy from.
//!
//! Docker: "Dockerfile reference". Continued lines, here-documents, stage names and the escape directive are followed.

use std::collections::BTreeSet;

use super::images::{Image, unpinned};
use super::{Revisions, UnpinnedRevision, problem};

pub(super) fn read(text: &str) -> Revisions {
    let escape = escape(text);
    let mut found = Revisions::default();
    let mut stages = Stages::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let first = index + 1;
        let mut instruction = line.trim().to_owned();
        if instruction.is_empty() || instruction.starts_with('#') {
            continue;
        }
        // Comments and empty lines within a continued one are left out, as Docker does.
        while instruction.ends_with(escape) && instruction.len() < INSTRUCTION_LIMIT_BYTES {
            instruction.truncate(instruction.len() - escape.len_utf8());
            let next =
                lines.by_ref().map(|(_, line)| line.trim()).find(|line| !line.is_empty() && !line.starts_with('#'));
            let Some(next) = next else { break };
            instruction.push(' ');
            instruction.push_str(next);
        }
        found.unpinned.extend(image(&instruction, &mut stages, first));
        for end in here_documents(&instruction) {
            if !lines.by_ref().any(|(_, line)| line.trim_start_matches('\t').trim_end() == end) {
                found.problem = Some(problem(first, "a here-document begins here and never ends"));
                return found;
            }
        }
    }
    found
}

/// Names of the stages so far, in lower case.
type Stages = BTreeSet<String>;

/// Longer instructions are not continued.
const INSTRUCTION_LIMIT_BYTES: usize = 64 * 1024;

/// `# escape=` among the first lines; a backslash otherwise.
fn escape(text: &str) -> char {
    let directives = text.lines().map_while(|line| line.trim().strip_prefix('#'));
    let mut settings = directives.map_while(|line| line.split_once('='));
    let set = settings.find(|(name, _)| name.trim().eq_ignore_ascii_case("escape"));
    if set.is_some_and(|(_, value)| value.trim() == "`") { '`' } else { '\\' }
}

/// The image of a `FROM`, or of a `COPY --from=`, unless it is pinned, an earlier stage, or not written out.
fn image(instruction: &str, stages: &mut Stages, line: usize) -> Option<UnpinnedRevision> {
    let (keyword, rest) = instruction.split_once(char::is_whitespace)?;
    let mut words = rest.split_whitespace();
    let (call, image) = match keyword.to_uppercase().as_str() {
        "FROM" => {
            let image = words.find(|word| !word.starts_with("--"))?;
            let found = (!is_stage(image, stages)).then_some(("FROM", image));
            if words.next().is_some_and(|word| word.eq_ignore_ascii_case("as")) {
                stages.extend(words.next().map(str::to_lowercase));
            }
            found?
        }
        "COPY" | "ADD" => {
            let options = words.take_while(|word| word.starts_with("--"));
            let image = options.filter_map(|option| option.strip_prefix("--from=")).next()?;
            let is_number = image.bytes().all(|byte| byte.is_ascii_digit());
            (!is_number && !is_stage(image, stages)).then_some(("COPY --from", image))?
        }
        _ => return None,
    };
    unpinned(Image::read(image)?, call, line)
}

/// Stages are compared without regard to case.
fn is_stage(image: &str, stages: &Stages) -> bool {
    image.eq_ignore_ascii_case("scratch") || stages.contains(&image.to_lowercase())
}

/// The words that end the here-documents of an instruction: `<<EOF`, `<<-"EOF"`.
fn here_documents(instruction: &str) -> Vec<String> {
    const MAX_DOCUMENTS: usize = 10;
    let keyword = instruction.split_whitespace().next().unwrap_or_default().to_uppercase();
    if !matches!(keyword.as_str(), "RUN" | "COPY" | "ADD") {
        return Vec::new();
    }
    let begins = instruction.split("<<").skip(1).take(MAX_DOCUMENTS).filter(|rest| !rest.is_empty());
    let words = begins.filter_map(|rest| {
        let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches(['"', '\'']);
        let word: String = rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        word.starts_with(|first: char| first.is_alphabetic() || first == '_').then_some(word)
    });
    words.collect()
}
