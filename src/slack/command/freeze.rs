//! `freeze ENVIRONMENT [in OWNER/NAME] [until TIME] reason`, `freeze list`, `freeze lift ID`.

use crate::domain::Span;
use crate::domain::calendar::Until;
use crate::ports::chat::{ChatCommand, FreezeCommand};

use super::typed::Typed;
use super::{FREEZE, alone, id_of, misused, not_an_id};

/// Every environment.
const EVERY: &str = "*";

pub(super) fn parse(typed: &mut Typed<'_>) -> ChatCommand {
    let Some(first) = typed.word() else { return misused(FREEZE, "the environment is missing") };
    match first.to_lowercase().as_str() {
        "list" if typed.is_over() => ChatCommand::Freezes,
        "lift" => lift(typed),
        _ => called(&first, typed),
    }
}

fn lift(typed: &mut Typed<'_>) -> ChatCommand {
    let Some(word) = typed.word() else { return misused(FREEZE, "which freeze is missing: see `freeze list`") };
    match id_of(&word) {
        Some(id) => alone(FREEZE, typed, ChatCommand::LiftFreeze { id }),
        None => misused(FREEZE, not_an_id(&word)),
    }
}

fn called(environment: &str, typed: &mut Typed<'_>) -> ChatCommand {
    let repository = repository(typed);
    let until = match until(typed) {
        Ok(until) => until,
        Err(why) => return misused(FREEZE, why),
    };
    let Some(reason) = typed.words() else { return misused(FREEZE, "the reason is missing: say why at the end") };
    let environment = (environment != EVERY).then(|| environment.to_owned());
    ChatCommand::Freeze(FreezeCommand { environment, repository, until, reason })
}

/// `in acme/sentiment`; other words after `in` belong to the reason.
fn repository(typed: &mut Typed<'_>) -> Option<String> {
    let [said, name, ..] = typed.all()[..] else { return None };
    let is_name = name.split('/').count() == 2 && name.split('/').all(|part| !part.is_empty());
    if !said.eq_ignore_ascii_case("in") || !is_name {
        return None;
    }
    typed.skip(2);
    Some(name.to_owned())
}

/// `until 18:00 Europe/Berlin`, `for 3h`; other words after `for` belong to the reason.
fn until(typed: &mut Typed<'_>) -> Result<Option<Until>, String> {
    let said = typed.next().unwrap_or_default().to_lowercase();
    let words = typed.all();
    let after = words.get(1..).unwrap_or_default();
    let is_span = after.first().is_some_and(|word| Span::parse(word).is_some());
    if said != "until" && !(said == "for" && is_span) {
        return Ok(None);
    }
    let Some((until, used)) = Until::parse(after) else {
        let shown: String = after.first().copied().unwrap_or_default().chars().take(40).collect();
        return Err(format!(
            "`{shown}` is not a time: write `18:00`, `2026-12-27 08:00 Europe/Berlin` or `for 3h`; without a zone it is yours"
        ));
    };
    typed.skip(used + 1);
    Ok(Some(until))
}
