//! How somebody wants to be told: the form, and what comes back.

use slack_morphism::prelude::*;

use crate::domain::calendar::{QuietHours, TimeOfDay, Zone};
use crate::domain::{AskedBy, Preferences};
use crate::ports::chat::PreferencesForm;

use super::blocks::{Line, MAX_LABEL, MAX_TITLE, Rich, plain};
use super::payload::Interaction;

pub(super) const CALLBACK: &str = "preferences";

/// Blocks and actions have one name each.
const ASKED: &str = "asked";
const OUTCOMES: &str = "outcomes";
const FROM: &str = "quiet_from";
const TO: &str = "quiet_to";
const ZONE: &str = "quiet_zone";

const OWN: &str = "own";
const VOTED: &str = "voted";

/// What can be chosen, first what nobody has to choose.
const WAYS: [(AskedBy, &str, &str, &str); 4] = [
    (AskedBy::Usual, "usual", "As usual", "Mentioned in the thread where only few people can decide"),
    (AskedBy::Direct, "direct", "By a direct message", "With the whole request and its buttons"),
    (AskedBy::Mention, "mention", "By a mention in the thread", "Every time I can decide"),
    (AskedBy::Neither, "neither", "Not at all", "I look under Home or in the channel"),
];

pub(super) fn view(form: &PreferencesForm<'_>) -> SlackView {
    let line = Line::new().words("Only for you. Requests look the same for everybody, whatever you choose.");
    let blocks = Rich::new().line(line).block().into_iter().chain([asked(form), outcomes(form)]).chain(quiet(form));
    let view = SlackModalView::new(plain("How I am told", MAX_TITLE).into(), blocks.collect())
        .with_submit(plain("Save", MAX_TITLE).into())
        .with_close(plain("Back", MAX_TITLE).into())
        .with_callback_id(SlackCallbackId(CALLBACK.to_owned()));
    SlackView::Modal(view)
}

fn asked(form: &PreferencesForm<'_>) -> SlackBlock {
    let options: Vec<(AskedBy, _)> =
        WAYS.iter().map(|(way, value, words, more)| (*way, option(words, value, more))).collect();
    let chosen = options.iter().find(|(way, _)| *way == form.now.asked).map(|(_, option)| option.clone());
    let buttons = SlackBlockRadioButtonsElement::new(options.into_iter().map(|(_, option)| option).collect())
        .with_action_id(SlackActionId(ASKED.to_owned()))
        .opt_initial_option(chosen);
    input(ASKED, "When I can decide, tell me", buttons.into(), false)
}

fn outcomes(form: &PreferencesForm<'_>) -> SlackBlock {
    let own = option("Of what I started", OWN, "A direct message with what came of it");
    let voted = option("Of what I voted on", VOTED, "The same, once it is over");
    let chosen = [(form.now.own_outcomes, &own), (form.now.voted_outcomes, &voted)];
    let chosen: Vec<_> = chosen.into_iter().filter(|(is_on, _)| *is_on).map(|(_, option)| option.clone()).collect();
    let boxes = SlackBlockCheckboxesElement::new(vec![own, voted])
        .with_action_id(SlackActionId(OUTCOMES.to_owned()))
        .opt_initial_options(Some(chosen).filter(|chosen| !chosen.is_empty()));
    input(OUTCOMES, "Tell me the outcome", boxes.into(), true)
}

fn quiet(form: &PreferencesForm<'_>) -> [SlackBlock; 3] {
    let set = form.now.quiet.as_ref().map(ToString::to_string).unwrap_or_default();
    let (hours, zone) = set.split_once(' ').unwrap_or_default();
    let (from, to) = hours.split_once('-').unwrap_or_default();
    let zone = if zone.is_empty() { form.zone.map(Zone::name).unwrap_or_default() } else { zone };
    let time = |action: &str, at: &str| {
        SlackBlockTimePickerElement::new()
            .with_action_id(SlackActionId(action.to_owned()))
            .opt_initial_time(Some(at.to_owned()).filter(|at| is_time(at)))
    };
    let name = SlackBlockPlainTextInputElement::new()
        .with_action_id(SlackActionId(ZONE.to_owned()))
        .opt_initial_value(Some(zone.to_owned()).filter(|zone| !zone.is_empty()))
        .with_max_length(64)
        .with_placeholder(plain("Europe/Berlin", MAX_LABEL).into());
    [
        input(FROM, "Quiet from", time(FROM, from).into(), true),
        input(TO, "Quiet until", time(TO, to).into(), true),
        input(ZONE, "On the clock of", name.into(), true),
    ]
}

/// Slack's picker knows no end of the day.
fn is_time(text: &str) -> bool {
    TimeOfDay::parse_beginning(text).is_ok()
}

fn option(words: &str, value: &str, more: &str) -> SlackBlockChoiceItem<SlackBlockText> {
    SlackBlockChoiceItem::new(plain(words, MAX_LABEL).into(), value.to_owned())
        .with_description(plain(more, MAX_LABEL).into())
}

fn input(block: &str, label: &str, element: SlackInputBlockElement, is_optional: bool) -> SlackBlock {
    SlackInputBlock::new(plain(label, MAX_LABEL).into(), element)
        .with_block_id(SlackBlockId(block.to_owned()))
        .with_optional(is_optional)
        .into()
}

/// What a submitted form says. `Err` names the input and what is wrong with it: shown under it, and nothing is kept.
pub(super) fn read(interaction: &Interaction) -> Result<Preferences, (&'static str, String)> {
    let way = interaction.chosen(ASKED, ASKED).unwrap_or_default();
    let asked = WAYS.iter().find(|(_, value, ..)| *value == way).map(|(way, ..)| *way);
    let asked = asked.ok_or((ASKED, "Choose one of these.".to_owned()))?;
    let outcomes = interaction.ticked(OUTCOMES);
    let ticked = |value: &str| outcomes.contains(&value);
    Ok(Preferences {
        asked,
        own_outcomes: ticked(OWN),
        voted_outcomes: ticked(VOTED),
        quiet: quiet_hours(
            interaction.picked_time(FROM, FROM),
            interaction.picked_time(TO, TO),
            interaction.typed(ZONE, ZONE).unwrap_or_default().trim(),
        )?,
    })
}

fn quiet_hours(from: Option<&str>, to: Option<&str>, zone: &str) -> Result<Option<QuietHours>, (&'static str, String)> {
    let (from, to) = match (from, to) {
        (None, None) => return Ok(None),
        (Some(from), Some(to)) => (from, to),
        (Some(_), None) => return Err((TO, "Say when it ends, or leave both empty.".to_owned())),
        (None, Some(_)) => return Err((FROM, "Say when it begins, or leave both empty.".to_owned())),
    };
    if zone.is_empty() {
        return Err((ZONE, "Name the time zone of these hours, as in Europe/Berlin.".to_owned()));
    }
    let zone = Zone::parse(zone).map_err(|why| (ZONE, sentence(&why.to_string())))?;
    let time = |block, text: &str| TimeOfDay::parse_beginning(text).map_err(|why| (block, sentence(&why.to_string())));
    let quiet = QuietHours::new(time(FROM, from)?, time(TO, to)?, zone);
    quiet.map(Some).map_err(|why| (TO, sentence(&why.to_string())))
}

/// Plain text has no code style.
fn sentence(words: &str) -> String {
    let words: String = words.replace('`', "").chars().take(150).collect();
    format!("{words}.")
}

#[cfg(test)]
mod tests;
