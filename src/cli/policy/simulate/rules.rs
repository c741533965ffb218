//! The policies that a file makes for a request, with their conditions evaluated on its evidence.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::super::SimulateArguments;
use super::super::given::Given;
use super::case::Subject;
use crate::artifact::icalendar;
use crate::cli::check::DEFAULTS;
use crate::cli::failure::Failure;
use crate::domain::{PolicyFound, Timestamp};
use crate::engine::gather;
use crate::policy::condition::{Facts, RunFacts, Surroundings};
use crate::policy::place::FileRole;
use crate::policy::{self, Beside, Calendars, Effective, PolicyFile};

/// The files to go by.
pub(super) struct Rules<'a> {
    pub(super) own: &'a Given,
    pub(super) owner: Option<&'a Given>,
    pub(super) arguments: &'a SimulateArguments,
}

impl Rules<'_> {
    pub(super) fn found(&self, subject: &Subject) -> Result<PolicyFound, Failure> {
        let ask = &subject.case.ask;
        let owner = self.owner.map_or(PolicyFile::Absent, |owner| owner.at(&ask.commit));
        let effective = policy::effective(&self.own.at(&ask.commit), &owner, ask.environment.as_str(), DEFAULTS);
        let calendars = self.calendars(&effective, subject.at)?;
        let reference = Some(ask.run.reference.as_str()).filter(|reference| !reference.is_empty());
        let mut found = effective.found(Beside { reference, calendars: &calendars });
        if let PolicyFound::Policies(policies) = &mut found {
            let (repository, inputs) = (ask.repository.full_name(), BTreeMap::new());
            let run = RunFacts {
                reference: &ask.run.reference,
                event: &ask.run.trigger,
                workflow: &ask.run.workflow,
                attempt: ask.run.attempt,
                actors: &ask.run.actors,
                inputs: &inputs,
            };
            let pulls = subject.evidence.pull_requests.iter();
            let labels = pulls.map(|pull| (pull.number, self.arguments.labels.clone())).collect();
            let environment = ask.environment.as_str();
            let around = Surroundings { environment, repository: &repository, run, labels: &labels };
            policy::evaluate(policies, &Facts::new(&subject.evidence, around));
        }
        Ok(found)
    }

    /// The calendars lie beside the file that names them. One that is not there holds the request, as it would for real.
    fn calendars(&self, effective: &Effective, at: Timestamp) -> Result<Calendars, Failure> {
        let mut calendars = Calendars::new();
        for (role, path) in effective.calendars() {
            let given = match role {
                FileRole::Repository => Some(&self.arguments.file),
                FileRole::Owner => self.arguments.owner_file.as_ref(),
            };
            let Some(file) = given.map(|file| root(file).join(path)) else { continue };
            let Ok(opened) = File::open(&file) else { continue };
            let limit = u64::try_from(icalendar::MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
            let mut bytes = Vec::new();
            let unusable = |why: String| Failure::BadInput(format!("cannot follow `{}`: {why}", file.display()));
            opened.take(limit).read_to_end(&mut bytes).map_err(|error| unusable(error.to_string()))?;
            let busy = gather::holidays(&bytes, at).map_err(unusable)?;
            calendars.insert((role, path.to_owned()), busy);
        }
        Ok(calendars)
    }
}

/// The folder of the repository that a policy file belongs to: above `.github`, where it lies in one.
fn root(file: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new(""));
    match folder.file_name().is_some_and(|name| name == ".github") {
        true => folder.parent().unwrap_or(folder).to_owned(),
        false => folder.to_owned(),
    }
}
