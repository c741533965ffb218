//! The text files of each model, read and understood place by place: what was read for one is let go of before the last
//! is asked for.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt, TryStreamExt};

use crate::artifact::interface::Interface;
use crate::checks::EvaluationFacts;
use crate::engine::gather::notes::Notes;
use crate::engine::gather::patience::late;
use crate::engine::gather::reader::{Contents, Reader};
use crate::engine::gather::trees::Trees;
use crate::ports::PortError;

use super::beside::Beside;
use super::cards::{self, Cards};
use super::interface::InterfaceFiles;
use super::places::Place;

/// Places whose files are in memory at the same time.
const AT_A_TIME: usize = 4;

/// A place with the files that are read for it.
pub(super) struct Found<'a, 't> {
    pub(super) place: &'a Place<'t>,
    pub(super) name: String,
    pub(super) evaluations: Vec<Beside<'t>>,
    pub(super) interface: InterfaceFiles<'t>,
}

/// What its text files say.
pub(super) struct Draft {
    pub(super) cards: Cards,
    pub(super) evaluations: Vec<EvaluationFacts>,
    pub(super) interface_before: Interface,
    pub(super) interface_after: Interface,
    pub(super) notes: Notes,
}

impl Found<'_, '_> {
    /// Largest limits last, where one content is wanted for several reasons.
    fn wanted(&self) -> BTreeMap<String, usize> {
        let evaluations = self.evaluations.iter().flat_map(Beside::wanted);
        cards::wanted(self.place).chain(evaluations).chain(self.interface.wanted()).collect()
    }

    fn draft(&self, trees: &Trees, contents: &Contents) -> Draft {
        let mut notes = Notes::default();
        Draft {
            cards: cards::read(self.place, trees, contents, &mut notes),
            evaluations: self.evaluations.iter().filter_map(|file| file.facts(contents, &mut notes)).collect(),
            interface_before: self.interface.before(contents, &mut notes),
            interface_after: self.interface.after(contents, &mut notes),
            notes,
        }
    }
}

/// The drafts of all places, in their order.
pub(super) async fn read(reader: Reader<'_>, all: &[Found<'_, '_>], trees: &Trees) -> Result<Vec<Draft>, PortError> {
    let limit = reader.desk.patience.read;
    let mut drafts = Vec::with_capacity(all.len());
    let in_time = tokio::time::timeout(limit, read_into(reader, all, trees, &mut drafts)).await;
    if let Ok(done) = in_time {
        done?;
    }
    let unread = Contents::unread(late(limit));
    let rest = all.get(drafts.len()..).unwrap_or_default();
    drafts.extend(rest.iter().map(|found| found.draft(trees, &unread)));
    Ok(drafts)
}

async fn read_into(
    reader: Reader<'_>,
    all: &[Found<'_, '_>],
    trees: &Trees,
    drafts: &mut Vec<Draft>,
) -> Result<(), PortError> {
    let questions: Vec<_> = all.iter().map(|found| one(reader, found, trees)).collect();
    let mut answers = stream::iter(questions).buffered(AT_A_TIME);
    while let Some(draft) = answers.try_next().await? {
        drafts.push(draft);
    }
    Ok(())
}

async fn one(reader: Reader<'_>, found: &Found<'_, '_>, trees: &Trees) -> Result<Draft, PortError> {
    let mut contents = Contents::default();
    reader.read_into(&mut contents, found.wanted()).await?;
    Ok(found.draft(trees, &contents))
}
