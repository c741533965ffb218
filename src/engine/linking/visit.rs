//! The way of one visitor: the address from the chat, the forge and back, the question, the answer.
//!
//! Everything that has to be remembered between two steps is in the database, so that any replica takes the next one, and
//! a restart between them is not noticed.

use std::sync::Arc;

use super::page::{Asked, Over, Page, Shown};
use super::{Tying, Wanted, file_known, proof, refused, tie};
use crate::domain::{ChatStanding, ForgeUser, Known, LinkActor, LinkOrigin, LinkRefusal, Timestamp, Whisper, may_tie};
use crate::engine::Engine;
use crate::engine::advance::whisper_now;
use crate::ports::forge::{SignIn, SignedIn};
use crate::store::{LinkAttempt, Onward, StoreError, Tx};

/// Steps whose forms carry a proof.
const GO: &str = "go";
const CONFIRM: &str = "confirm";
/// Longest code or state that is looked at: ours have 43 letters, the forge's codes 20.
const MAX_ANSWER_CHARS: usize = 512;

/// A browser: what it sent with its request.
#[derive(Clone, Copy, Default)]
pub struct Visitor<'a> {
    /// Our cookie, if it has one.
    pub cookie: Option<&'a str>,
    /// What our page's form carried.
    pub proof: Option<&'a str>,
}

impl<'a> Visitor<'a> {
    fn secret(&self) -> Option<&'a str> {
        self.cookie.filter(|cookie| proof::is_secret(cookie))
    }

    fn is_of(&self, attempt: &LinkAttempt) -> bool {
        let here = self.secret().map(|cookie| proof::hash(cookie).to_string());
        let there = attempt.browser.map(|browser| browser.to_string());
        here.zip(there).is_some_and(|(here, there)| proof::same(&here, &there))
    }

    fn proves(&self, wanted: &str) -> bool {
        self.proof.is_some_and(|given| proof::same(given, wanted))
    }
}

/// What the forge sends a visitor back with.
#[derive(Clone, Copy, Default)]
pub struct Returned<'a> {
    pub state: Option<&'a str>,
    pub code: Option<&'a str>,
    pub error: Option<&'a str>,
}

/// Somebody opens the address. Nothing happens yet: chats and their scanners open addresses too.
pub async fn arrive(engine: &Engine, token: &str, visitor: Visitor<'_>) -> Result<Shown, StoreError> {
    let attempt = match by_address(engine, token, visitor).await? {
        Ok(attempt) => attempt,
        Err(page) => return Ok(page.into()),
    };
    if attempt.account.is_some() {
        return Ok(Page::Proven.into());
    }
    let cookie = cookie_for(engine, &attempt, visitor).await?;
    let proof = proof::of_form(GO, &cookie, &attempt.id, None);
    Ok(Shown { page: Page::Start { asked: Asked::of(&attempt), proof }, cookie: Some(cookie) })
}

/// They go on from there: this browser, and no other, is sent to the forge.
pub async fn go(engine: &Engine, token: &str, visitor: Visitor<'_>) -> Result<Page, StoreError> {
    let attempt = match by_address(engine, token, visitor).await? {
        Ok(attempt) => attempt,
        Err(page) => return Ok(page),
    };
    let Some(cookie) = visitor.secret() else { return Ok(Page::Over(Over::NotFromHere)) };
    if !visitor.proves(&proof::of_form(GO, cookie, &attempt.id, None)) {
        return Ok(Page::Over(Over::NotFromHere));
    }
    if attempt.account.is_some() {
        return Ok(Page::Proven);
    }
    let (state, verifier) = (engine.ids.secret(), engine.ids.secret());
    let sign_in = SignIn { state: &state, challenge: &proof::challenge(&verifier) };
    let Some(address) = engine.forge.sign_in_address(sign_in) else { return Ok(Page::Over(Over::Unknown)) };
    let onward = Onward { browser: proof::hash(cookie), state: proof::hash(&state), verifier };
    let job = Arc::new((attempt.id, onward, engine.clock.now()));
    let sent = engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move { tx.send_link_attempt(&job.0, &job.1, job.2).await })
        })
        .await?;
    Ok(if sent { Page::Onward { address } } else { Page::Over(Over::OtherBrowser) })
}

/// The forge sends somebody back. The state is looked at once, whatever comes of it.
pub async fn returned(engine: &Engine, back: Returned<'_>, visitor: Visitor<'_>) -> Result<Page, StoreError> {
    let Some(state) = back.state.filter(|state| proof::is_secret(state)).map(proof::hash) else {
        return Ok(Page::Over(Over::StateUnknown));
    };
    let Some(attempt) = engine.store.link_attempt_of_state(&state).await? else {
        return Ok(Page::Over(Over::StateUnknown));
    };
    if let Some(over) = over(&attempt, engine.clock.now()) {
        return Ok(Page::Over(over));
    }
    if !visitor.is_of(&attempt) {
        // Somebody has this state who did not start with it: whatever they are up to, it ends here.
        return refused::end(engine, &attempt, None, LinkRefusal::OtherBrowser).await;
    }
    let verifier = engine.store.write(move |tx| Box::pin(async move { tx.take_link_verifier(&state).await })).await?;
    let Some(verifier) = verifier else { return Ok(Page::Over(Over::StateUnknown)) };
    match (back.code, back.error) {
        (Some(code), None) if code.len() <= MAX_ANSWER_CHARS => signed_in(engine, &attempt, code, &verifier).await,
        (_, Some("access_denied")) => Ok(Page::Over(Over::SaidNo)),
        (_, error) => {
            let why: String = error.unwrap_or("no code").chars().take(MAX_ANSWER_CHARS).collect();
            tracing::warn!(error = why, "the forge sent somebody back without a code: {why}");
            Ok(Page::Over(Over::ForgeRefuses { why }))
        }
    }
}

async fn signed_in(engine: &Engine, attempt: &LinkAttempt, code: &str, verifier: &str) -> Result<Page, StoreError> {
    let account = match engine.forge.signed_in(code, verifier).await {
        Ok(SignedIn::Person(account)) => account,
        Ok(SignedIn::Other { login }) => {
            return refused::end(engine, attempt, None, LinkRefusal::NotAPerson { login }).await;
        }
        Ok(SignedIn::Refused { why }) => {
            tracing::warn!(error = why, "the forge does not take the code of a sign-in: {why}");
            return Ok(Page::Over(Over::ForgeRefuses { why }));
        }
        Err(error) => {
            tracing::warn!(error = %error, "somebody signed in, and it could not be asked who");
            return Ok(Page::Over(Over::ForgeSilent));
        }
    };
    if let Err(refusal) = may_tie(attempt.chat(), &account, &known(engine, attempt, &account).await?) {
        return refused::end(engine, attempt, Some(&account), refusal).await;
    }
    let job = Arc::new((attempt.id, account, engine.clock.now()));
    let proven = engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move { tx.prove_link_attempt(&job.0, &job.1, job.2).await })
        })
        .await?;
    Ok(if proven { Page::Proven } else { Page::Over(Over::Used) })
}

/// Everything that is known now, to say early what would be said at the end.
async fn known(engine: &Engine, attempt: &LinkAttempt, account: &ForgeUser) -> Result<Known, StoreError> {
    let (host, chat) = (engine.forge.host(), attempt.chat());
    Ok(Known {
        of_chat: engine.store.link_of_chat(host, chat).await?,
        of_account: engine.store.link_of_account(host, &chat.workspace, account.id).await?,
        ..file_known(&engine.store, &engine.people, chat, account).await?
    })
}

/// The question, with both accounts by name.
pub async fn look(engine: &Engine, visitor: Visitor<'_>) -> Result<Page, StoreError> {
    let (attempt, cookie) = match by_browser(engine, visitor).await? {
        Ok(found) => found,
        Err(page) => return Ok(page),
    };
    let Some(account) = attempt.account.clone() else { return Ok(Page::Over(Over::Unknown)) };
    if attempt.outcome.as_deref() == Some(LINKED) {
        return Ok(Page::Linked { asked: Asked::of(&attempt), account });
    }
    if let Some(over) = over(&attempt, engine.clock.now()) {
        return Ok(Page::Over(over));
    }
    let proof = proof::of_form(CONFIRM, cookie, &attempt.id, Some(account.id));
    Ok(Page::Confirm { asked: Asked::of(&attempt), account, proof })
}

/// The answer to it.
pub async fn confirm(engine: &Engine, visitor: Visitor<'_>, yes: bool) -> Result<Page, StoreError> {
    let (attempt, cookie) = match by_browser(engine, visitor).await? {
        Ok(found) => found,
        Err(page) => return Ok(page),
    };
    let Some(account) = attempt.account.clone() else { return Ok(Page::Over(Over::Unknown)) };
    if !visitor.proves(&proof::of_form(CONFIRM, cookie, &attempt.id, Some(account.id))) {
        return Ok(Page::Over(Over::NotFromHere));
    }
    if attempt.is_over(engine.clock.now()) {
        return look(engine, visitor).await;
    }
    if !yes {
        let refusal = LinkRefusal::Declined { login: account.login.clone() };
        return refused::end(engine, &attempt, Some(&account), refusal).await;
    }
    let place = engine.in_workspace(&attempt.reply.workspace);
    match place.workspace.chat.standing(attempt.chat()).await {
        Ok(ChatStanding::Member) => {}
        Ok(standing) => {
            return refused::end(engine, &attempt, Some(&account), LinkRefusal::Standing { standing }).await;
        }
        Err(error) => {
            tracing::warn!(error = %error, "somebody's standing in the chat could not be read");
            return Ok(Page::Over(Over::ChatSilent));
        }
    }
    link(engine, &attempt, account, proof::hash(cookie)).await
}

const LINKED: &str = "linked";

async fn link(
    engine: &Engine,
    attempt: &LinkAttempt,
    account: ForgeUser,
    browser: crate::domain::Digest,
) -> Result<Page, StoreError> {
    let at = engine.clock.now();
    let known = file_known(&engine.store, &engine.people, attempt.chat(), &account).await?;
    let wanted = Wanted {
        id: engine.ids.uuid(at).to_string(),
        host: engine.forge.host().to_owned(),
        chat: attempt.chat().clone(),
        account: account.clone(),
        origin: LinkOrigin::Login,
        by: LinkActor::Person,
        at,
    };
    let linking = Arc::new(Linking { browser, wanted, known });
    let done = match store(engine, &linking).await {
        // Another replica tied one of the two at this very moment: now it shows.
        Err(StoreError::LinksMoved) => store(engine, &linking).await?,
        done => done?,
    };
    let asked = Asked::of(attempt);
    match done {
        // The same button twice: the first press did it.
        None => look_again(engine, attempt).await,
        Some(Tying::Tied(_)) => {
            whisper_now(engine, &attempt.reply, &Whisper::Linked { account: account.clone() }).await;
            Ok(Page::Linked { asked, account })
        }
        Some(Tying::Refused(why)) => {
            refused::tell(engine, attempt, &why).await;
            Ok(Page::Refused { asked, why })
        }
    }
}

async fn store(engine: &Engine, linking: &Arc<Linking>) -> Result<Option<Tying>, StoreError> {
    let linking = Arc::clone(linking);
    engine
        .store
        .write(move |tx| {
            let linking = Arc::clone(&linking);
            Box::pin(async move { linking.store(tx).await })
        })
        .await
}

struct Linking {
    browser: crate::domain::Digest,
    wanted: Wanted,
    known: Known,
}

impl Linking {
    /// `None` when the attempt has come to an end meanwhile.
    async fn store(&self, tx: &mut Tx) -> Result<Option<Tying>, StoreError> {
        let at = self.wanted.at;
        let attempt = tx.lock_link_attempt(&self.browser).await?;
        let Some(attempt) = attempt.filter(|attempt| !attempt.is_over(at)) else { return Ok(None) };
        let tying = tie(tx, &self.wanted, &self.known).await?;
        let outcome = match &tying {
            Tying::Tied(_) => LINKED,
            Tying::Refused(refusal) => refusal.code(),
        };
        tx.end_link_attempt(&attempt.id, outcome, at).await?;
        Ok(Some(tying))
    }
}

async fn look_again(engine: &Engine, attempt: &LinkAttempt) -> Result<Page, StoreError> {
    let now = engine.store.link_attempt(&attempt.id).await?;
    let linked = now.and_then(|now| now.account.clone().filter(|_| now.outcome.as_deref() == Some(LINKED)));
    Ok(match linked {
        Some(account) => Page::Linked { asked: Asked::of(attempt), account },
        None => Page::Over(Over::Used),
    })
}

/// The attempt behind an address, if this visitor may go on with it.
async fn by_address(
    engine: &Engine,
    token: &str,
    visitor: Visitor<'_>,
) -> Result<Result<LinkAttempt, Page>, StoreError> {
    if !proof::is_secret(token) {
        return Ok(Err(Page::Over(Over::Unknown)));
    }
    let Some(attempt) = engine.store.link_attempt(&proof::hash(token)).await? else {
        return Ok(Err(Page::Over(Over::Unknown)));
    };
    if let Some(over) = over(&attempt, engine.clock.now()) {
        return Ok(Err(Page::Over(over)));
    }
    if attempt.browser.is_some() && !visitor.is_of(&attempt) {
        return Ok(Err(Page::Over(Over::OtherBrowser)));
    }
    Ok(Ok(attempt))
}

async fn by_browser<'a>(
    engine: &Engine,
    visitor: Visitor<'a>,
) -> Result<Result<(LinkAttempt, &'a str), Page>, StoreError> {
    let Some(cookie) = visitor.secret() else { return Ok(Err(Page::Over(Over::NotFromHere))) };
    let attempt = engine.store.link_attempt_of_browser(&proof::hash(cookie)).await?;
    Ok(attempt.map(|attempt| (attempt, cookie)).ok_or(Page::Over(Over::Unknown)))
}

fn over(attempt: &LinkAttempt, now: Timestamp) -> Option<Over> {
    if attempt.outcome.is_some() { Some(Over::Used) } else { (now >= attempt.until).then_some(Over::Expired) }
}

/// The browser's own cookie, if it goes with no other attempt; otherwise a new one.
async fn cookie_for(engine: &Engine, attempt: &LinkAttempt, visitor: Visitor<'_>) -> Result<String, StoreError> {
    if let Some(cookie) = visitor.secret() {
        let other = engine.store.link_attempt_of_browser(&proof::hash(cookie)).await?;
        if other.is_none_or(|other| other.id == attempt.id) {
            return Ok(cookie.to_owned());
        }
    }
    Ok(engine.ids.secret())
}
