//! Tells a story while it happens: acts for people, moves the clock, says what both vendors show, keeps the promises.

use std::io::Write;

use anyhow::{Context as _, bail};

use crate::domain::Timestamp;
use crate::domain::time::{HOUR_MS, SECOND_MS};
use crate::sim::github::sample::POLICY;
use crate::sim::github::{Dispatch, WorkflowRun};
use crate::sim::slack::{Clicked, Message, SubmitResult, sample as workspace};
use crate::sim::world::{World, WorldOptions};

use super::cast::Person;
use super::eyes::{self, Eyes};
use super::trail;

/// Rounds after which something that never comes to rest is a fault.
const MAX_ROUNDS: usize = 10_000;
/// Simulated time after which something that should happen by itself has not.
const PATIENCE_MS: i64 = HOUR_MS;

/// A fact a story promises, what the books say instead if they differ.
struct Promise {
    fact: String,
    differs: Option<String>,
}

/// A story under way.
pub(super) struct Teller<'a> {
    pub world: World,
    out: &'a mut (dyn Write + Send),
    began: Timestamp,
    eyes: Eyes,
    promises: Vec<Promise>,
}

impl<'a> Teller<'a> {
    /// Starts a world whose clock only the story moves.
    pub(super) async fn begin(out: &'a mut (dyn Write + Send), title: &str) -> anyhow::Result<Self> {
        let world = World::start(WorldOptions::by_hand()).await?;
        let began = world.clock.now();
        writeln!(out, "{title}\n")?;
        Ok(Self { world, out, began, eyes: Eyes::default(), promises: Vec::new() })
    }

    /// One line of the story.
    pub(super) fn say(&mut self, line: &str) -> anyhow::Result<()> {
        let at = since(self.began, self.world.clock.now());
        Ok(writeln!(self.out, "{at:>11}  {}", harmless(line))?)
    }

    /// Somebody starts a run; Countersign hears of it, and asks in the channel.
    pub(super) async fn start(&mut self, dispatch: Dispatch) -> anyhow::Result<u64> {
        self.say(&format!("{} starts a run of the workflow “{}”.", dispatch.actor, dispatch.workflow))?;
        let run = self.world.github.dispatch(dispatch);
        self.until("the message with its buttons", |teller| teller.message_with("Approve").is_some()).await?;
        Ok(run)
    }

    /// Time goes by, and with it whatever falls due.
    pub(super) async fn wait(&mut self, ms: i64) -> anyhow::Result<()> {
        let end = self.world.clock.now().plus_millis(ms);
        self.rest().await?;
        while self.world.clock.now() < end {
            self.world.move_on(end).await?;
            self.rest().await?;
        }
        Ok(())
    }

    /// Time goes by until something has come true.
    pub(super) async fn until(&mut self, what: &str, come: impl Fn(&Self) -> bool) -> anyhow::Result<()> {
        let end = self.world.clock.now().plus_millis(PATIENCE_MS);
        loop {
            self.rest().await?;
            if come(self) {
                return Ok(());
            }
            if self.world.clock.now() >= end {
                bail!("{what} did not come within an hour");
            }
            self.world.move_on(end).await?;
        }
    }

    /// Until the run is over and the channel has heard all of it.
    pub(super) async fn until_over(&mut self, run: u64) -> anyhow::Result<()> {
        self.until("the end of the run", |teller| teller.run(run).is_some_and(|run| run.is_over())).await?;
        self.wait(30 * SECOND_MS).await
    }

    /// Somebody presses a button, by its label, on the newest message that has it.
    pub(super) async fn press(&mut self, person: Person, label: &str) -> anyhow::Result<()> {
        self.press_together(&[person], label).await
    }

    /// Several people press the same button at the same moment (or one person several times).
    pub(super) async fn press_together(&mut self, people: &[Person], label: &str) -> anyhow::Result<()> {
        let (ts, action) = self.message_with(label).with_context(|| format!("no message has a button “{label}”"))?;
        for person in people {
            self.say(&format!("{} presses “{label}”.", person.name()))?;
        }
        let slack = self.world.slack.clone();
        let clicks = people.iter().map(|person| slack.click(person.slack_id(), workspace::RELEASES, &ts, &action));
        let clicks: Vec<Clicked> = futures::future::join_all(clicks).await;
        if let Some(lost) = clicks.iter().find(|click| !click.acknowledged()) {
            bail!("a click was not acknowledged: {:?}", lost.delivery);
        }
        self.rest().await
    }

    /// Somebody changes the policy on the default branch.
    pub(super) fn write_policy(&mut self, policy: &str) -> anyhow::Result<()> {
        self.say(&format!("Mona writes {} on the default branch:", POLICY))?;
        for line in policy.lines() {
            writeln!(self.out, "{:>11}  | {line}", "")?;
        }
        let repository = self.world.sample.repository;
        self.world.github.edit(|state| state.set_policy(repository, Some(policy)));
        Ok(())
    }

    /// Somebody types a command into the channel.
    pub(super) async fn command(&mut self, person: Person, text: &str) -> anyhow::Result<()> {
        self.say(&format!("{} types “/countersign {text}”.", person.name()))?;
        let slack = self.world.slack.clone();
        let typed = slack.command(person.slack_id(), workspace::RELEASES, "/countersign", text).await;
        if !typed.acknowledged() {
            bail!("a command was not acknowledged: {:?}", typed.delivery);
        }
        self.rest().await
    }

    /// Somebody chooses an entry of the newest message's menu, by its label.
    pub(super) async fn choose(&mut self, person: Person, label: &str) -> anyhow::Result<()> {
        self.say(&format!("{} chooses “{label}”.", person.name()))?;
        let chosen = self.messages().iter().rev().find_map(|message| {
            let (action, value) = super::entry(message, label)?;
            Some((message.ts.clone(), action, value))
        });
        let (ts, action, value) = chosen.with_context(|| format!("no message has an entry “{label}”"))?;
        let slack = self.world.slack.clone();
        let clicked = slack.click_option(person.slack_id(), workspace::RELEASES, &ts, &action, &value).await;
        if !clicked.acknowledged() {
            bail!("a choice was not acknowledged: {:?}", clicked.delivery);
        }
        self.rest().await
    }

    /// Somebody presses a button of the modal on their screen.
    pub(super) async fn press_in_modal(&mut self, person: Person, action: &str) -> anyhow::Result<()> {
        let view = self.world.slack.views(person.slack_id()).pop().context("no modal is open")?;
        let slack = self.world.slack.clone();
        let clicked = slack.click_in_view(person.slack_id(), &view.id, action).await;
        if !clicked.acknowledged() {
            bail!("a click was not acknowledged: {:?}", clicked.delivery);
        }
        self.rest().await
    }

    /// Somebody fills in the modal on their screen and submits it.
    pub(super) async fn fill_in(&mut self, person: Person, input: &str, text: &str) -> anyhow::Result<()> {
        self.fill_in_all(person, &[(input, text)]).await
    }

    /// The same for several inputs; the first is what is told.
    pub(super) async fn fill_in_all(&mut self, person: Person, inputs: &[(&str, &str)]) -> anyhow::Result<()> {
        let view = self.world.slack.views(person.slack_id()).pop().context("no modal is open")?;
        let text = inputs.first().map_or("", |(_, text)| text);
        self.say(&format!("{} writes “{text}” and submits.", person.name()))?;
        let submitted = self.world.slack.submit(person.slack_id(), &view.id, inputs).await;
        if !matches!(submitted.result, SubmitResult::Closed | SubmitResult::Cleared) {
            bail!("the modal stays open: {submitted:?}");
        }
        self.rest().await
    }

    /// Notes whether the books say what the story promises.
    pub(super) fn promise<T: PartialEq + std::fmt::Debug>(&mut self, fact: &str, promised: T, found: T) {
        let differs = (promised != found).then(|| format!("promised {promised:?}, found {found:?}"));
        self.promises.push(Promise { fact: fact.to_owned(), differs });
    }

    /// The states of the decisions GitHub took for that run, oldest first.
    pub(super) fn taken(&self, run: u64) -> Vec<String> {
        let decisions = self.world.github.decisions(run, "production");
        decisions.into_iter().filter(|post| post.status == 204).map(|post| post.state).collect()
    }

    pub(super) fn run(&self, run: u64) -> Option<WorkflowRun> {
        self.world.github.run(run)
    }

    /// `waiting`, `success`, `failure`, ...
    pub(super) fn run_is(&self, run: u64) -> String {
        let run = self.run(run);
        let over = run.as_ref().and_then(|run| run.conclusion().map(str::to_owned));
        over.unwrap_or_else(|| run.map_or("unknown", |run| run.status()).to_owned())
    }

    /// The messages of the channel, oldest first.
    pub(super) fn messages(&self) -> Vec<Message> {
        self.world.slack.messages(workspace::RELEASES)
    }

    /// The newest message's first line.
    pub(super) fn headline(&self) -> String {
        self.messages().last().map(eyes::header).unwrap_or_default()
    }

    /// How many lines of threads say this.
    pub(super) fn replies_with(&self, words: &str) -> usize {
        self.world.slack.read(|state| {
            let replies = state.messages.iter().filter(|message| message.thread_ts.is_some());
            replies.filter(|reply| reply.text.contains(words)).count()
        })
    }

    /// How many of them are shown in the channel too.
    pub(super) fn broadcasts_with(&self, words: &str) -> usize {
        self.world.slack.read(|state| {
            let loud = state.messages.iter().filter(|message| message.reply_broadcast);
            loud.filter(|reply| reply.text.contains(words)).count()
        })
    }

    /// The id of the freeze that stands.
    pub(super) async fn freeze(&self) -> anyhow::Result<String> {
        let freezes = self.world.engine()?.store.freezes(self.world.clock.now()).await?;
        freezes.into_iter().next().map(|freeze| freeze.id).context("nothing is frozen")
    }

    /// Whether the newest request's broken glass was looked at.
    pub(super) async fn is_reviewed(&self) -> anyhow::Result<Option<bool>> {
        let request = self.world.requests().await?.into_iter().next();
        Ok(request.and_then(|request| request.review).map(|review| review.closed.is_some()))
    }

    /// Private answers that person has not read yet; they read them now.
    pub(super) fn private_answers(&self, person: Person) -> usize {
        self.world.slack.read_ephemerals(person.slack_id()).len()
    }

    /// Tells the trail and what became of the promises. `true`: all were kept.
    pub(super) async fn end(mut self) -> anyhow::Result<bool> {
        self.tell_trail().await?;
        let stray: Vec<String> = self.world.github.unexpected_calls().iter().map(|call| call.path.clone()).collect();
        self.promise("GitHub knows every call it got", Vec::new(), stray);
        let stray: Vec<String> =
            self.world.slack.unexpected_calls().iter().filter_map(|call| call.unexpected.clone()).collect();
        self.promise("Slack knows every call it got", Vec::new(), stray);
        writeln!(self.out, "\nPromised, and looked up in the books of GitHub and Slack:")?;
        for promise in &self.promises {
            match &promise.differs {
                None => writeln!(self.out, "  kept    {}", promise.fact)?,
                Some(differs) => writeln!(self.out, "  BROKEN  {}: {differs}", promise.fact)?,
            }
        }
        let kept = self.promises.iter().all(|promise| promise.differs.is_none());
        self.world.stop_server().await;
        Ok(kept)
    }

    async fn tell_trail(&mut self) -> anyhow::Result<()> {
        let trail = trail::read(&self.world, None).await?;
        writeln!(self.out, "\nThe audit trail:\n\n{:>5} {:>11}  {:<12} WHAT", "SEQ", "TIME", "WHO")?;
        for line in &trail.lines {
            let at = since(self.began, line.at);
            writeln!(self.out, "{:>5} {at:>11}  {:<12} {}", line.seq, line.who, harmless(&line.what))?;
        }
        match &trail.verified {
            Ok((rows, head)) => writeln!(self.out, "\nVerified: {rows} rows, unbroken up to {head}.")?,
            Err(broken) => writeln!(self.out, "\nNOT VERIFIED: {broken}.")?,
        }
        self.promise("the audit trail is unbroken", None, trail.verified.err());
        let replays = self.world.check_record().await.err().map(|error| format!("{error:#}"));
        self.promise("the records, taken in order, give the present state", None, replays);
        Ok(())
    }

    /// Does everything that is due, and tells of it as it happens.
    async fn rest(&mut self) -> anyhow::Result<()> {
        for _ in 0..MAX_ROUNDS {
            let done = self.world.round().await?;
            for line in self.eyes.look(&self.world.github, &self.world.slack) {
                self.say(&line)?;
            }
            if done == 0 {
                return Ok(());
            }
        }
        bail!("the world does not come to rest")
    }

    /// The newest message with a button of that label: its `ts` and the button's action id.
    fn message_with(&self, label: &str) -> Option<(String, String)> {
        self.messages().iter().rev().find_map(|message| Some((message.ts.clone(), super::button(message, label)?)))
    }
}

/// What strangers wrote must not steer the terminal, nor turn a line around.
fn harmless(line: &str) -> String {
    let steers = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    line.chars().map(|c| if steers(c) { ' ' } else { c }).collect()
}

/// `+4.2 s`
fn since(began: Timestamp, at: Timestamp) -> String {
    let ms = at.millis_since(began);
    format!("+{}.{} s", ms / SECOND_MS, ms % SECOND_MS / 100)
}
