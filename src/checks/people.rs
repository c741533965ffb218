//! `author.unknown`: hands in the change that exclusions cannot reach (R15).

use crate::domain::{Baseline, Flag, ForgeUser, Severity};

use super::facts::Facts;
use super::finding::Finding;
use super::words::listed;

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    [started_by_bot(facts), without_account(facts), without_baseline(facts)].into_iter().flatten().collect()
}

/// A person may stand behind a bot, and nobody can say which.
fn started_by_bot(facts: &Facts<'_>) -> Option<Flag> {
    let bots: Vec<&str> = facts.actors.iter().filter(|actor| is_bot(actor)).map(|bot| bot.login.as_str()).collect();
    let message = match facts.actors.is_empty() {
        true => "Who started the run is not known.".to_owned(),
        false => format!("The run was started by {}, so who asked is not known.", listed(bots.iter().copied())),
    };
    if bots.is_empty() && !facts.actors.is_empty() {
        return None;
    }
    let bots = (!bots.is_empty()).then(|| listed(bots));
    Some(finding("who started the run").values(None, bots).rule("a person started the run").says(&message))
}

fn without_account(facts: &Facts<'_>) -> Option<Flag> {
    if facts.strangers.is_empty() {
        return None;
    }
    let names = listed(facts.strangers.iter().map(String::as_str));
    let message = format!(
        "Commits were written by people without a known account ({names}): they cannot be kept from approving."
    );
    Some(
        finding("authors of the commits")
            .after(&names)
            .rule("every author and committer has an account")
            .says(&message),
    )
}

fn without_baseline(facts: &Facts<'_>) -> Option<Flag> {
    let why = match facts.baseline {
        Baseline::Live { .. } => return None,
        Baseline::None => "nothing is live yet",
        Baseline::Vanished { .. } => "the live commit cannot be compared with",
    };
    let message = format!("Only people of the proposed commit are kept from approving their own work, because {why}.");
    Some(finding("authors before the proposed commit").after(facts.commit.as_str()).says(&message))
}

fn finding(subject: &str) -> Finding {
    Finding::new("author.unknown", Severity::Medium, subject)
}

fn is_bot(actor: &ForgeUser) -> bool {
    actor.is_bot
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::Sample;
    use crate::domain::ForgeUserId;

    fn user(login: &str, is_bot: bool) -> ForgeUser {
        ForgeUser { id: ForgeUserId::new(3), login: login.into(), is_bot }
    }

    fn subjects(sample: &Sample) -> Vec<String> {
        check(&sample.facts()).into_iter().map(|flag| flag.subject).collect()
    }

    #[test]
    fn a_bot_among_those_who_started_the_run_hides_a_person() {
        let mut sample = Sample { actors: vec![user("octocat", false)], ..Sample::ahead() };
        assert!(subjects(&sample).is_empty());
        sample.actors.push(user("hubot", true));
        assert_eq!(subjects(&sample), ["who started the run"]);
        sample.actors.clear();
        assert_eq!(subjects(&sample), ["who started the run"]);
    }

    #[test]
    fn authors_without_account_and_a_missing_baseline_are_told() {
        let actors = vec![user("octocat", false)];
        let sample = Sample { actors: actors.clone(), strangers: vec!["Ana".into()], ..Sample::ahead() };
        assert_eq!(subjects(&sample), ["authors of the commits"]);
        assert_eq!(subjects(&Sample { actors, ..Sample::first() }), ["authors before the proposed commit"]);
    }
}
