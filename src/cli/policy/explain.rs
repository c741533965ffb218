//! `countersign policy explain`

use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation as _;

use super::ExplainArguments;
use super::given::{Given, Pair};
use crate::artifact::text::visible;
use crate::cli::arguments::Format;
use crate::cli::check::DEFAULTS;
use crate::cli::failure::{Failure, NO};
use crate::cli::{check, runtime, table};
use crate::domain::{CommitSha, EnvironmentName};
use crate::engine::gather;
use crate::local::LocalHost;
use crate::policy::explain::{Line, Section, explain};
use crate::policy::place::FileRole;
use crate::policy::rules::{Layer, Origin};
use crate::policy::{self, PolicyFile};

/// Sources stand behind the words, where these are not longer than that.
const COLUMN: usize = 76;

pub(super) fn run(arguments: &ExplainArguments) -> Result<ExitCode, Failure> {
    let environment = environment(&arguments.environment)?;
    let own = own(arguments)?;
    let owner = arguments.owner_file.as_deref().map(|path| Given::open(path, FileRole::Owner)).transpose()?;
    let pair = Pair { own: own.given.as_ref(), owner: owner.as_ref() };
    if pair.has_mistakes()? {
        return Ok(ExitCode::from(NO));
    }
    let file = |given: Option<&Given>| given.map_or(PolicyFile::Absent, |given| given.at(&own.commit));
    let effective = policy::effective(&file(pair.own), &file(pair.owner), environment.as_str(), DEFAULTS);
    let told = Told { environment: &environment, own: &own, owner: owner.as_ref(), said: explain(&effective) };
    let text = match arguments.format {
        Format::Text => told.text(),
        Format::Json => format!("{:#}\n", told.json()),
    };
    table::print_raw(&text).context("cannot write")?;
    Ok(if told.said.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}

pub(super) fn environment(name: &str) -> Result<EnvironmentName, Failure> {
    EnvironmentName::parse(name)
        .ok_or_else(|| Failure::BadInput(format!("`{}` cannot be an environment's name", visible(name))))
}

/// The repository's file, where there is one.
struct Own {
    given: Option<Given>,
    /// Where it stands; a made-up commit for a file that is not committed.
    commit: CommitSha,
    is_committed: bool,
}

fn own(arguments: &ExplainArguments) -> Result<Own, Failure> {
    if let Some(path) = &arguments.policy {
        let given = Given::open(path, FileRole::Repository)?;
        return Ok(Own { given: Some(given), commit: nowhere()?, is_committed: false });
    }
    let host = LocalHost::open(&arguments.repo, None, &arguments.at).map_err(check::refused)?;
    let repository = host.repository();
    let found = runtime::block_on(async {
        let found = gather::policy_file(&host, &repository, host.head()).await;
        found.map_err(|error| Failure::Outside(error.into()))
    })?;
    let given = match found {
        PolicyFile::Present { bytes, .. } => Some(Given::of(policy::PATH.to_owned(), bytes, FileRole::Repository)),
        PolicyFile::Absent => None,
        PolicyFile::Unreadable { why } => {
            return Err(Failure::BadInput(format!("cannot read {}: {why}", policy::PATH)));
        }
    };
    Ok(Own { given, commit: host.head().clone(), is_committed: true })
}

/// The commit of what is not committed: no file has it, and it is shown nowhere.
pub(super) fn nowhere() -> Result<CommitSha, Failure> {
    Ok(CommitSha::parse(&"f".repeat(40)).context("a commit")?)
}

/// What is said.
struct Told<'a> {
    environment: &'a EnvironmentName,
    own: &'a Own,
    owner: Option<&'a Given>,
    said: Result<Vec<Section>, &'a str>,
}

impl Told<'_> {
    fn text(&self) -> String {
        let mut text = format!("{}: {}\n", self.environment, self.sources());
        match &self.said {
            Err(why) => text.push_str(&format!("\nevery request is held: {}\n", visible(why))),
            Ok(sections) => sections.iter().for_each(|section| self.section(&mut text, section)),
        }
        text
    }

    /// `.github/countersign.yml at 1a2b3c4, over the owner's file owner.yml`
    fn sources(&self) -> String {
        let at = if self.own.is_committed { format!(" at {}", self.own.commit.short()) } else { String::new() };
        let own = match &self.own.given {
            Some(given) => format!("{}{at}", visible(&given.name)),
            None => format!("no {}{at}, so that the built-in rules hold", policy::PATH),
        };
        match self.owner {
            Some(owner) => format!("{own}, over the owner's file {}", visible(&owner.name)),
            None => own,
        }
    }

    fn section(&self, text: &mut String, section: &Section) {
        text.push_str(&format!("\n{}\n", section.title));
        for line in &section.lines {
            let words = format!("{}{}", "  ".repeat(line.depth + 1), visible(&line.words));
            match self.source(line) {
                Some(source) => {
                    let gap = COLUMN.saturating_sub(words.graphemes(true).count()).max(2);
                    text.push_str(&format!("{words}{}{source}\n", " ".repeat(gap)));
                }
                None => text.push_str(&format!("{words}\n")),
            }
        }
    }

    fn source(&self, line: &Line) -> Option<String> {
        let Origin { layer, place } = line.from.as_ref()?;
        Some(match (place, layer) {
            (Some(place), _) => format!("{}:{}", visible(self.name(place.role)), place.line),
            (None, Layer::BuiltIn) => "built in".to_owned(),
            (None, layer) => layer.words(),
        })
    }

    fn name(&self, role: FileRole) -> &str {
        match role {
            FileRole::Repository => self.own.given.as_ref().map_or(policy::PATH, |given| &given.name),
            FileRole::Owner => self.owner.map_or("the owner's file", |owner| &owner.name),
        }
    }

    fn json(&self) -> Value {
        let line = |line: &Line| {
            let from = line.from.as_ref().map(|Origin { layer, place }| {
                json!({
                    "layer": layer.words(),
                    "file": place.map(|place| self.name(place.role)),
                    "line": place.map(|place| place.line),
                    "column": place.map(|place| place.column),
                })
            });
            json!({ "depth": line.depth, "words": line.words, "from": from })
        };
        let sections = self.said.as_ref().ok().map(|sections| {
            let section = |section: &Section| {
                let lines: Vec<Value> = section.lines.iter().map(line).collect();
                json!({ "title": section.title, "lines": lines })
            };
            sections.iter().map(section).collect::<Vec<_>>()
        });
        json!({
            "version": 1,
            "environment": self.environment,
            "commit": self.own.is_committed.then_some(&self.own.commit),
            "held": self.said.as_ref().err(),
            "sections": sections,
        })
    }
}
