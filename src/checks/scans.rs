//! `weights.*` by what is inside the files: what loading them would run, and whether they are what their name says.

mod format;

pub use format::words as format_words;

use crate::artifact::scan::{FileScan, Format, ScanFinding, Verdict};
use crate::artifact::tensors::is_unsafe_path;
use crate::domain::{Flag, Severity};

use super::facts::{Facts, ModelFacts, ScanState, WeightFacts};
use super::finding::Finding;
use super::words::listed;

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    facts.by_model(|model| {
        let flags = model.weights.iter().flat_map(|weight| of_weight(facts, model, weight));
        flags.collect::<Vec<_>>()
    })
}

fn of_weight(facts: &Facts<'_>, model: &ModelFacts, weight: &WeightFacts) -> Vec<Flag> {
    let Some(after) = &weight.after else { return Vec::new() };
    let file = File { facts, model, weight };
    match &after.scan {
        ScanState::NotLooked => Vec::new(),
        ScanState::Unscanned { why } => vec![file.unscannable(why)],
        ScanState::Scanned(scan) => {
            let mut flags: Vec<Flag> =
                [file.verdict(scan), file.header(scan), file.format(scan), file.paths(scan), file.code(scan)]
                    .into_iter()
                    .flatten()
                    .collect();
            flags.extend(file.template(scan));
            flags
        }
    }
}

struct File<'a> {
    facts: &'a Facts<'a>,
    model: &'a ModelFacts,
    weight: &'a WeightFacts,
}

impl File<'_> {
    /// The worst thing that loading would do.
    fn verdict(&self, scan: &FileScan) -> Option<Flag> {
        let worst: Vec<&ScanFinding> = scan.findings.iter().filter(|finding| finding.verdict == scan.verdict).collect();
        let path = &self.weight.path;
        let why = worst.first().map_or("it could not be read", |finding| finding.why.as_str());
        let names = listed(worst.iter().map(|finding| finding.name.as_str()).filter(|name| !name.is_empty()));
        let (code, severity, message) = match scan.verdict {
            Verdict::Clean => return None,
            Verdict::Unscannable => return Some(self.unscannable(why)),
            Verdict::Dangerous => {
                let what = if names.is_empty() { why.to_owned() } else { format!("it calls {names}") };
                ("weights.unsafe_pickle", Severity::Critical, format!("{path} runs code when it is loaded: {what}."))
            }
            Verdict::Suspicious => {
                let message = format!("{path} imports {names} when it is loaded, which is outside the allow-list.");
                ("weights.suspicious_pickle", Severity::High, message)
            }
        };
        let flag = self
            .finding(code, severity)
            .after(if names.is_empty() { why } else { &names })
            .rule("no imports outside the allow-list")
            .says(&message);
        Some(flag)
    }

    fn unscannable(&self, why: &str) -> Flag {
        self.finding("weights.unscannable", Severity::High)
            .after(why)
            .rule("every weight file can be looked into")
            .says(&format!("What {} does when it is loaded is not known: {why}.", self.weight.path))
    }

    /// The header is not what its format demands.
    fn header(&self, scan: &FileScan) -> Option<Flag> {
        let why = scan.header_fault.as_ref()?;
        if scan.format != Format::Safetensors {
            return Some(self.unscannable(why));
        }
        let flag = self
            .finding("weights.safetensors_invalid", Severity::High)
            .after(why)
            .rule("a safetensors file follows its format")
            .says(&format!("{} is not valid safetensors: {why}.", self.weight.path));
        Some(flag)
    }

    /// The name promises one format, and the content is another.
    fn format(&self, scan: &FileScan) -> Option<Flag> {
        let promised = format::promised(&self.weight.path, scan.format)?;
        let is = format::words(scan.format);
        let flag = self
            .finding("weights.format_mismatch", Severity::High)
            .before(promised)
            .after(is)
            .rule("a file is what its name says")
            .says(&format!("{} is {is}, not {promised}.", self.weight.path));
        Some(flag)
    }

    /// A model must not read files outside of its own folder.
    fn paths(&self, scan: &FileScan) -> Option<Flag> {
        let header = scan.header.as_ref()?;
        let unsafe_paths: Vec<&str> =
            header.external_files.iter().map(String::as_str).filter(|path| is_unsafe_path(path)).collect();
        if unsafe_paths.is_empty() {
            return None;
        }
        let paths = listed(unsafe_paths);
        let flag = self
            .finding("weights.unsafe_path", Severity::High)
            .after(&paths)
            .rule("a model reads files below its own folder only")
            .says(&format!("{} reads {paths} when it is loaded, outside of its own folder.", self.weight.path));
        Some(flag)
    }

    fn code(&self, scan: &FileScan) -> Option<Flag> {
        let code = &scan.header.as_ref()?.custom_code;
        if code.is_empty() {
            return None;
        }
        let names = listed(code.iter().map(String::as_str));
        let flag = self
            .finding("code.remote_code", Severity::High)
            .after(&names)
            .rule("loading a model runs no code of its own")
            .says(&format!("{} needs code of its own to be loaded: {names}.", self.weight.path));
        Some(flag)
    }

    /// The template that turns a conversation into text travels with some weights: another one changes what the model does.
    fn template(&self, scan: &FileScan) -> Option<Flag> {
        let before = self.weight.before.as_ref()?.scan.scan()?.header.as_ref()?.chat_template.as_deref();
        let after = scan.header.as_ref()?.chat_template.as_deref();
        if before == after {
            return None;
        }
        let digest = |text: Option<&str>| text.map(|text| crate::domain::Digest::of(text.as_bytes()).short());
        let flag = Finding::new("template.changed", Severity::High, &self.weight.path)
            .values(digest(before), digest(after))
            .rule("the chat template stays the same")
            .source(self.facts.source(&self.weight.path, None))
            .says(&format!("The chat template inside {} changed: prompts are built differently.", self.weight.path));
        Some(flag)
    }

    /// What was true of the live content already is not new.
    fn finding(&self, code: &str, severity: Severity) -> Finding {
        let content = self.weight.after.as_ref().map(super::WeightSide::content);
        let live: Vec<String> =
            self.model.weights.iter().filter_map(|w| w.before.as_ref()).map(|b| b.content()).collect();
        let was_live = content.is_some_and(|content| live.contains(&content));
        Finding::new(code, severity, &self.weight.path)
            .source(self.facts.source(&self.weight.path, None))
            .new_if(!was_live)
    }
}

#[cfg(test)]
mod tests;
