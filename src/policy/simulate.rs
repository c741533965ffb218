//! What would become of a request under a policy, if people said this and that: by the transition that decides for real, fed
//! with the events of a day on which everything can be read.

use crate::domain::explain::refused;
use crate::domain::{
    Around, Ask, Ballot, Choice, Effect, Event, EvidenceBrief, Fresh, LiveElsewhere, LiveThere, Obstacle, Phase,
    PoliciesRead, PolicyFound, Reason, Refusal, Request, Step, Timestamp, Voter, Whisper, Words, explain,
    flags_to_tick, obstacle, transition,
};

/// What is asked, and on which evidence.
#[derive(Debug, Clone)]
pub struct Case {
    pub ask: Ask,
    pub evidence: EvidenceBrief,
    pub opened_at: Timestamp,
}

/// Somebody's word.
#[derive(Debug, Clone)]
pub struct Word {
    pub voter: Voter,
    pub choice: Choice,
    pub reason: Option<Words>,
    /// The flags that were ticked; `None`: all that have to be.
    pub ticks: Option<Vec<String>>,
    pub at: Timestamp,
}

/// What became of it.
#[derive(Debug, Clone)]
pub struct Simulated {
    pub request: Request,
    /// For each word in turn, what its speaker was told.
    pub answers: Vec<Option<Whisper>>,
    /// Why, as the record of a decision keeps it; with the words that were refused.
    pub why: Reason,
    /// These alone.
    pub refused: Vec<Reason>,
    /// What was taken as given.
    pub given: Vec<String>,
    /// When it was looked at last.
    pub at: Timestamp,
}

impl Simulated {
    /// `approved`, `denied`, `expired`, `held`, `open`.
    pub fn outcome(&self) -> &'static str {
        crate::domain::transition::phase_word(&self.request)
    }

    /// What is in the way, first what people can do.
    pub fn in_the_way(&self) -> Vec<String> {
        match &self.request.phase {
            Phase::Held { why } => vec![why.clone()],
            Phase::Open => {
                let mut found = obstacle::gates_missing(&self.request, self.at);
                let of_people = |one: &Obstacle| matches!(one, Obstacle::Gate { .. } | Obstacle::Nobody { .. });
                found.extend(self.request.obstacles.iter().filter(|one| !of_people(one)).cloned());
                found.iter().map(Obstacle::words).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Plays the words in turn, each at its time, and looks once more `until` then.
pub fn simulate(case: &Case, policies: &PolicyFound, words: &[Word], until: Timestamp) -> Simulated {
    let mut desk = Desk::open(case, policies);
    let answers = words.iter().map(|word| desk.say(word)).collect::<Vec<_>>();
    let at = words.iter().map(|word| word.at).fold(until.max(case.opened_at), Timestamp::max);
    desk.look(at);
    let Desk { request, given, .. } = desk;
    let mut why = explain(&request, at);
    let said = words.iter().zip(&answers);
    let refused = said.filter_map(|(word, answer)| Some(refused(&word.voter, word.choice, refusal(answer)?)));
    let refused: Vec<Reason> = refused.collect();
    why.because.extend(refused.iter().cloned());
    Simulated { request, answers, why, refused, given, at }
}

/// A request on a day on which everything can be read.
struct Desk<'a> {
    request: Request,
    policies: &'a PolicyFound,
    around: Around,
    given: Vec<String>,
}

impl<'a> Desk<'a> {
    fn open(case: &Case, policies: &'a PolicyFound) -> Self {
        let (elsewhere, given) = lived(case, policies);
        let around = Around { elsewhere, ..Around::default() };
        let mut desk = Self { request: Request::asked(&case.ask, case.opened_at), policies, around, given };
        let read = PoliciesRead { now: policies.clone(), again: Vec::new() };
        let around = desk.around.clone();
        let gathered = Event::Gathered { evidence: case.evidence.clone(), policies: read, around };
        desk.take(&gathered, case.opened_at);
        desk
    }

    fn say(&mut self, word: &Word) -> Option<Whisper> {
        let at = word.at.max(self.request.opened_at);
        self.pass_time(at);
        let ticks = flags_to_tick(&self.request, at).into_iter().map(|flag| flag.print.clone());
        let ballot = Ballot {
            voter: word.voter.clone(),
            choice: word.choice,
            reason: word.reason.clone(),
            ticks: word.ticks.clone().unwrap_or_else(|| ticks.collect()),
            means_older: true,
            seen: self.request.evidence.as_ref().map(|evidence| evidence.digest.short()).unwrap_or_default(),
            received: at,
            fresh: Some(Box::new(self.fresh(Some(&word.voter)))),
            ci: self.request.evidence.as_ref().and_then(|evidence| evidence.ci.clone()),
        };
        self.take(&Event::Voted(ballot), at)
    }

    /// The timers that matter to who may decide.
    fn pass_time(&mut self, at: Timestamp) {
        let own = self.request.policy.as_ref().map(|policies| &policies.own);
        let due = own
            .and_then(|own| own.timing.escalate.as_ref())
            .map(|one| self.request.opened_at.plus_millis(one.after_ms));
        if let Some(due) = due.filter(|due| *due <= at && !self.request.is_escalated) {
            self.take(&Event::EscalationDue, due);
        }
    }

    /// Everything is read again, as it would be when something in the way has a time.
    fn look(&mut self, at: Timestamp) {
        self.pass_time(at);
        if self.request.is_undecided() && at >= self.request.expires_at {
            self.take(&Event::DeadlineReached, at);
        } else if self.request.phase == Phase::Open {
            let fresh = Box::new(self.fresh(None));
            self.take(&Event::Rechecked { fresh }, at);
        }
    }

    fn take(&mut self, event: &Event, at: Timestamp) -> Option<Whisper> {
        let (answer, reads_again) = self.step(event, at);
        if reads_again {
            let fresh = Box::new(self.fresh(None));
            self.step(&Event::Rechecked { fresh }, at);
        }
        answer
    }

    fn step(&mut self, event: &Event, at: Timestamp) -> (Option<Whisper>, bool) {
        let Step { request, effects, answer, .. } = transition(Some(self.request.clone()), event, at);
        if let Some(request) = request {
            self.request = request;
        }
        (answer, effects.iter().any(|due| due.effect == Effect::Recheck && due.at <= at))
    }

    /// Nothing has changed since.
    fn fresh(&self, speaker: Option<&Voter>) -> Fresh {
        let evidence = self.request.evidence.as_ref();
        let mut voters: Vec<Voter> = self.request.votes.iter().map(|vote| vote.voter.clone()).collect();
        voters.extend(speaker.filter(|one| !voters.iter().any(|known| known.chat == one.chat)).cloned());
        Fresh {
            voters,
            ci: evidence.and_then(|evidence| evidence.ci.clone()),
            policies: PoliciesRead { now: self.policies.clone(), again: Vec::new() },
            around: self.around.clone(),
            base: evidence.and_then(|evidence| evidence.base.clone()),
        }
    }
}

/// What policies want to be live elsewhere first is.
fn lived(case: &Case, found: &PolicyFound) -> (Vec<LiveElsewhere>, Vec<String>) {
    let PolicyFound::Policies(policies) = found else { return (Vec::new(), Vec::new()) };
    let mut environments: Vec<&str> =
        policies.all().filter_map(|policy| Some(policy.requires.as_ref()?.environment.as_str())).collect();
    environments.sort_unstable();
    environments.dedup();
    let long_ago = Some(Timestamp::default());
    let live = |environment: &&str| LiveElsewhere {
        environment: (*environment).to_owned(),
        live: LiveThere::Commit { commit: case.ask.commit.clone(), since: long_ago },
    };
    let given =
        environments.iter().map(|environment| format!("the commit has been live in {environment} for long enough"));
    (environments.iter().map(live).collect(), given.collect())
}

/// Why somebody's word did not count, where that is so.
pub const fn refusal(answer: &Option<Whisper>) -> Option<&Refusal> {
    match answer {
        Some(Whisper::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
