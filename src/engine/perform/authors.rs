//! Says on the pull requests which changes are asked for, and when that is over. Only where the app may write there: that is a
//! permission of its own, and without it the message and its thread say it all.

use super::super::{Engine, shown};
use super::decide::{code, indented};
use super::outcome::{count, failed, finish};
use crate::domain::attention::changes_asked;
use crate::domain::{Request, Vote};
use crate::ports::{Class, PortError};
use crate::store::{ClaimedEffect, StoreError};

/// Pull requests that one request writes to at most.
const MOST: usize = 5;

pub(super) async fn tell(engine: &Engine, claimed: &ClaimedEffect, request: &Request) -> Result<(), StoreError> {
    let evidence = shown::evidence(&engine.store, request).await?;
    let (mark, text) = (format!("countersign changes {}", request.id), words(request));
    for pull in evidence.iter().flat_map(|evidence| &evidence.pull_requests).take(MOST) {
        let said = engine.forge.show_comment(&request.repository, pull.number, &mark, None, &text).await;
        if let Err(error) = said {
            return unsaid(engine, claimed, &error).await;
        }
    }
    count(claimed, "done");
    finish(engine, claimed).await
}

/// Nothing depends on it.
async fn unsaid(engine: &Engine, claimed: &ClaimedEffect, error: &PortError) -> Result<(), StoreError> {
    if matches!(error.class, Class::Permanent | Class::Gone) {
        tracing::info!(request.id = %claimed.request, error = %error, "no comment on the pull requests of request {}", claimed.request);
        count(claimed, "refused");
        return finish(engine, claimed).await;
    }
    failed(engine, claimed, error).await
}

fn words(request: &Request) -> String {
    let about = format!(
        "before `{}` goes to `{}` ([run {}]({}))",
        request.commit.short(),
        code(request.environment.as_str()),
        request.run.number,
        request.run.url
    );
    let asked = changes_asked(request);
    if asked.is_empty() {
        return format!("No changes are requested any more {about}.");
    }
    let said: Vec<String> = asked.into_iter().map(of_one).collect();
    format!("**Changes are requested** {about}.\n\n{}", said.join("\n\n"))
}

fn of_one(vote: &Vote) -> String {
    let login = vote.voter.link.forge().map(|account| account.login.as_str());
    let by = format!("By `{}`", code(login.unwrap_or(&vote.voter.chat.user)));
    match &vote.reason {
        Some(reason) => format!("{by}:\n\n{}", indented(reason.as_str())),
        None => format!("{by}."),
    }
}
