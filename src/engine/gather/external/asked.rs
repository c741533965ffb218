//! Asks services and commands, and keeps what was asked and answered: nobody is asked twice for the same evidence.

use serde_json::json;

use crate::checks::external::{Asked, Weight};
use crate::checks::rules::ExternalRules;
use crate::domain::time::SECOND_MS;
use crate::domain::{Digest, RequestId, Span};
use crate::ports::{CheckAnswer, CheckAsk, Checker, Class, Clock, IdSource, PortError};
use crate::store::{AskRow, NewAsk, Store, StoreError};

use super::question::Question;

/// Who asks checks outside, and where answers are kept.
#[derive(Clone, Copy)]
pub enum Outside<'a> {
    /// Nobody is asked: the checks of the rules are late.
    Nobody,
    /// These commands are asked at once, and nothing is kept: a run on this machine.
    Here { checker: &'a dyn Checker, names: &'a [String] },
    /// The services of the rules are asked, and answers are kept with the request: a server.
    Kept(&'a Kept<'a>),
}

/// What a server asks with.
#[derive(Clone, Copy)]
pub struct Kept<'a> {
    pub checker: &'a dyn Checker,
    pub store: &'a Store,
    pub clock: &'a Clock,
    pub ids: &'a IdSource,
    pub request: &'a RequestId,
    /// The page of this server that later answers come to, where there is one.
    pub public_url: Option<&'a str>,
}

/// Where later answers come in, below the server's own address; an id follows.
pub const CALLBACK_PATH: &str = "/api/v1/checks/";
/// For a command on this machine.
const COMMAND_TIMEOUT: Span = Span::from_millis(120 * SECOND_MS);

/// A check to ask.
#[derive(Debug, Clone)]
pub(super) struct Check {
    name: String,
    kind: &'static str,
    weight: Weight,
    address: String,
    timeout: Span,
    wait: Span,
    retries: u32,
}

impl Outside<'_> {
    /// The checks that are asked: the commands, and the services of the rules that no command stands for.
    pub(super) fn checks(self, rules: &ExternalRules) -> Vec<Check> {
        let names = match self {
            Self::Here { names, .. } => names,
            Self::Nobody | Self::Kept(_) => &[],
        };
        let commands = names.iter().map(|name| {
            let rule = rules.http.iter().find(|rule| rule.name.as_str() == name);
            let weight = rule.map_or(Weight::Required, |rule| weight(rule.required, rule.advisory));
            let (address, timeout, wait) = (String::new(), COMMAND_TIMEOUT, COMMAND_TIMEOUT);
            Check { name: name.clone(), kind: "command", weight, address, timeout, wait, retries: 0 }
        });
        let services = rules.http.iter().filter(|rule| !names.iter().any(|name| name == rule.name.as_str()));
        let services = services.map(|rule| Check {
            name: rule.name.to_string(),
            kind: "http",
            weight: weight(rule.required, rule.advisory),
            address: rule.url.to_string(),
            timeout: rule.timeout,
            wait: rule.wait,
            retries: rule.retries,
        });
        commands.chain(services).collect()
    }
}

const fn weight(required: bool, advisory: bool) -> Weight {
    match (advisory, required) {
        (true, _) => Weight::Advisory,
        (false, true) => Weight::Required,
        (false, false) => Weight::Optional,
    }
}

/// What a check answers, or that it does not.
///
/// # Errors
/// When it is to be tried again: whoever gathers does so after a while.
pub(super) async fn ask(outside: Outside<'_>, check: Check, question: &Question) -> Result<Asked, PortError> {
    let asked = Asked::new(&check.name, check.kind, check.weight);
    match outside {
        Outside::Here { checker, .. } if check.kind == "command" => Ok(here(checker, &check, question, asked).await),
        Outside::Nobody | Outside::Here { .. } => Ok(asked.waiting("it is asked when the change is to be deployed")),
        Outside::Kept(kept) => kept.ask(&check, question, asked).await,
    }
}

async fn here(checker: &dyn Checker, check: &Check, question: &Question, asked: Asked) -> Asked {
    let ask = check.ask(question, &check.name, None);
    match checker.ask(&ask).await {
        Ok(CheckAnswer::Now(answer)) => asked.answered(&answer),
        Ok(CheckAnswer::Later) => asked.failed("it answers later, and nobody waits for it here"),
        Err(error) => asked.failed(&error.why),
    }
}

impl Check {
    /// Without times: one piece of evidence may stand for several requests.
    fn patience(&self) -> String {
        format!("it was asked, and has {} to call back", self.wait)
    }

    fn ask(&self, question: &Question, id: &str, callback: Option<&str>) -> CheckAsk {
        CheckAsk {
            id: id.to_owned(),
            name: self.name.clone(),
            address: self.address.clone(),
            timeout: self.timeout.as_duration(),
            body: question.body(&self.name, id, callback),
        }
    }
}

impl Kept<'_> {
    async fn ask(&self, check: &Check, question: &Question, asked: Asked) -> Result<Asked, PortError> {
        let row = self.noted(check, question).await?;
        match (&row.answer, &row.failure) {
            (Some(answer), _) => Ok(asked.answered(answer.as_bytes())),
            (None, Some(why)) => Ok(asked.failed(why)),
            (None, None) if row.accepted => Ok(asked.waiting(&check.patience())),
            (None, None) => self.try_once(check, question, asked, &row).await,
        }
    }

    /// The question is stored before it is asked: a later answer finds it, however fast it is.
    async fn noted(&self, check: &Check, question: &Question) -> Result<AskRow, PortError> {
        let now = self.clock.now();
        let ask = NewAsk {
            id: format!("{}{}", hex::encode(self.ids.salt()), hex::encode(self.ids.salt())),
            request: self.request.clone(),
            name: check.name.clone(),
            asked: question.digest(),
            at: now,
            until: now.plus_millis(check.wait.as_millis()),
        };
        let noted = self.store.write(move |tx| {
            let ask = ask.clone();
            Box::pin(async move {
                let row = tx.put_ask(&ask).await?;
                if row.id == ask.id {
                    let detail = json!({ "name": ask.name, "asked": ask.asked });
                    tx.append_entry("check.asked", Some(&ask.request), ask.at, detail)?;
                }
                Ok(row)
            })
        });
        noted.await.map_err(not_kept)
    }

    async fn try_once(
        &self,
        check: &Check,
        question: &Question,
        asked: Asked,
        row: &AskRow,
    ) -> Result<Asked, PortError> {
        let callback = self.public_url.map(|url| format!("{}{CALLBACK_PATH}{}", url.trim_end_matches('/'), row.id));
        match self.checker.ask(&check.ask(question, &row.id, callback.as_deref())).await {
            Ok(CheckAnswer::Now(answer)) => self.keep(row, answer, asked).await,
            Ok(CheckAnswer::Later) => {
                self.note(row, |tx, id| Box::pin(async move { tx.note_accepted(id).await })).await?;
                Ok(asked.waiting(&check.patience()))
            }
            Err(error) if is_passing(&error) && row.tries < check.retries => {
                self.note(row, |tx, id| Box::pin(async move { tx.note_failed_try(id).await })).await?;
                Err(error)
            }
            Err(error) => self.fail(row, error.why, asked).await,
        }
    }

    /// An answer that is none is a failure for good: asking the same again would give the same.
    async fn keep(&self, row: &AskRow, answer: Vec<u8>, asked: Asked) -> Result<Asked, PortError> {
        let judged = asked.clone().answered(&answer);
        let text = String::from_utf8(answer).ok().filter(|text| !text.contains('\0'));
        let Some(text) = text else { return self.fail(row, "the answer is no text".to_owned(), asked).await };
        let (row, at) = (row.clone(), self.clock.now());
        let kept = self.store.write(move |tx| {
            let (row, text) = (row.clone(), text.clone());
            Box::pin(async move {
                if tx.put_answer(&row.id, &text, None, at).await? {
                    let detail = json!({ "name": row.name, "answer": Digest::of(text.as_bytes()) });
                    tx.append_entry("check.answered", Some(&row.request), at, detail)?;
                }
                Ok(())
            })
        });
        kept.await.map_err(not_kept)?;
        Ok(judged)
    }

    async fn fail(&self, row: &AskRow, why: String, asked: Asked) -> Result<Asked, PortError> {
        let (id, text) = (row.id.clone(), why.clone());
        let kept = self.store.write(move |tx| {
            let (id, text) = (id.clone(), text.clone());
            Box::pin(async move { tx.note_failure(&id, &text).await })
        });
        kept.await.map_err(not_kept)?;
        Ok(asked.failed(&why))
    }

    async fn note(
        &self,
        row: &AskRow,
        note: for<'t> fn(&'t mut crate::store::Tx, &'t str) -> crate::ports::BoxFuture<'t, Result<(), StoreError>>,
    ) -> Result<(), PortError> {
        let id = row.id.clone();
        let noted = self.store.write(move |tx| {
            let id = id.clone();
            Box::pin(async move { note(tx, &id).await })
        });
        noted.await.map_err(not_kept)
    }
}

const fn is_passing(error: &PortError) -> bool {
    matches!(error.class, Class::Retry { .. } | Class::Unknown)
}

fn not_kept(error: StoreError) -> PortError {
    PortError::retry("keep what a check was asked", error)
}
