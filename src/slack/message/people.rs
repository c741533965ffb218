//! Who can still act on a gate: those whose approval would count and who have not spoken.

use crate::domain::rules::Notify;
use crate::domain::{Candidate, GateProgress, Human, Request};
use crate::slack::blocks::Line;

/// The people of one open gate.
#[derive(Debug)]
pub(in crate::slack) struct Able<'r> {
    people: Vec<&'r Candidate>,
    /// Further ones who are not named anywhere.
    unnamed: usize,
    /// Members who are left out for having a hand in the change.
    pub(super) excluded: u32,
    is_mentioned: bool,
    /// Why the group could not be read whole.
    pub(super) unread: Option<&'r str>,
}

impl<'r> Able<'r> {
    /// `None` where nobody has read the group.
    pub(in crate::slack) fn of(request: &'r Request, gate: &GateProgress) -> Option<Self> {
        let roster = request.roster.as_ref()?.of(gate.role, &gate.name)?;
        let has_spoken = |human: &Human| request.votes.iter().any(|vote| !vote.struck && vote.human == *human);
        let people: Vec<&Candidate> = roster.people.iter().filter(|one| !has_spoken(&one.human)).collect();
        let total = usize::try_from(roster.total).unwrap_or(usize::MAX);
        Some(Self {
            people,
            unnamed: total.saturating_sub(roster.people.len()),
            excluded: roster.excluded,
            is_mentioned: request.policy.as_ref().is_some_and(|policies| policies.own.notify == Notify::Mention),
            unread: roster.unread.as_deref(),
        })
    }

    /// Nobody is left whose approval would count, and that is certain.
    pub(in crate::slack) const fn is_nobody(&self) -> bool {
        self.people.is_empty() && self.unnamed == 0 && self.unread.is_none()
    }

    /// `@bo, @cleo or 3 more`. Mentioned where the policy wants that and the chat knows them; else by their name.
    pub(in crate::slack) fn line(&self, most: usize) -> Line {
        let names: Vec<Line> = self.people.iter().filter_map(|one| self.name(one)).take(most).collect();
        let more = self.people.len().saturating_sub(names.len()).saturating_add(self.unnamed);
        let last = names.len().saturating_sub(1);
        let mut line = Line::new();
        for (place, name) in names.into_iter().enumerate() {
            let between = match place {
                0 => "",
                _ if place == last && more == 0 => " or ",
                _ => ", ",
            };
            line = line.words(between).then(name);
        }
        match more {
            0 => line,
            more if line.is_empty() => line.words(&format!("{more} people")),
            more => line.words(&format!(" or {more} more")),
        }
    }

    fn name(&self, one: &Candidate) -> Option<Line> {
        match (&one.chat, &one.login) {
            (Some(user), _) if self.is_mentioned => Some(Line::new().person(user)),
            (_, Some(login)) => Some(Line::new().theirs(login, 40)),
            _ => None,
        }
    }
}
