//! The parts of the shown evidence: which there are, and how one gets from one to another.

use slack_morphism::prelude::*;

use crate::domain::{Evidence, ModelChange};
use crate::ports::chat::{Board, Place, Tab};
use crate::slack::blocks::{self, plain};
use crate::slack::message::buttons::GO;
use crate::slack::text;

use super::place::{word, written};

/// Models to choose from; Slack takes 100 options.
const MAX_MODELS: usize = 100;

/// The tabs that have something to show, in reading order.
pub(super) fn of(evidence: &Evidence) -> Vec<Tab> {
    let any = |tab: Tab| evidence.models.iter().any(|model| has(model, tab));
    let there = [
        (Tab::Summary, true),
        (Tab::CardDiff, any(Tab::CardDiff)),
        (Tab::WholeCard, any(Tab::WholeCard)),
        (Tab::Weights, any(Tab::Weights)),
        (Tab::Files, !evidence.files.is_empty()),
        (Tab::Checks, !evidence.ci.is_empty() || !evidence.external.is_empty() || !evidence.fields.is_empty()),
    ];
    there.into_iter().filter(|(_, is_there)| *is_there).map(|(tab, _)| tab).collect()
}

/// Whether a model has something under a tab.
pub(super) fn has(model: &ModelChange, tab: Tab) -> bool {
    match tab {
        // Without a live card there is nothing to compare with: the whole one is the view.
        Tab::CardDiff => model.card_before.is_some() && model.card_before != model.card_after,
        Tab::WholeCard => model.card.is_some(),
        Tab::Weights => !model.weights.is_empty(),
        Tab::Summary | Tab::Files | Tab::Checks => false,
    }
}

/// The nearest place that there is: a known tab, and a model that has something there.
pub(super) fn nearest(evidence: &Evidence, tabs: &[Tab], place: Place) -> Place {
    let tab = if tabs.contains(&place.tab) { place.tab } else { Tab::Summary };
    let is_there = |model: usize| evidence.models.get(model).is_some_and(|model| has(model, tab));
    let first = || evidence.models.iter().position(|model| has(model, tab)).unwrap_or_default();
    Place { tab, model: if is_there(place.model) { place.model } else { first() }, page: place.page }
}

/// A button for each tab; the one that is shown says so.
pub(super) fn row(board: &Board<'_>, evidence: &Evidence, tabs: &[Tab], at: Place) -> Option<SlackBlock> {
    let value = board.request.button_value();
    let button = |tab: &Tab| {
        let (label, there) = (label(evidence, *tab), Place { tab: *tab, model: at.model, page: 0 });
        let is_shown = *tab == at.tab;
        let accessible = if is_shown { format!("{label}, shown now") } else { format!("Show {label}") };
        let button = blocks::button(&format!("{GO}{}", word(*tab)), &label, &written(&value, there), &accessible);
        let button = if is_shown { button.with_style(SlackBlockButtonStyle::Primary) } else { button };
        SlackActionBlockElement::from(button)
    };
    if tabs.len() < 2 { None } else { blocks::actions("tabs", tabs.iter().map(button).collect()) }
}

fn label(evidence: &Evidence, tab: Tab) -> String {
    match tab {
        Tab::Summary => "Summary".to_owned(),
        Tab::CardDiff => "Card diff".to_owned(),
        Tab::WholeCard => "Whole card".to_owned(),
        Tab::Weights => "Weights".to_owned(),
        Tab::Files => format!("Files ({})", evidence.files.len()),
        Tab::Checks => "CI and checks".to_owned(),
    }
}

/// Which of several models is shown.
pub(super) fn models(board: &Board<'_>, evidence: &Evidence, at: Place) -> Option<SlackBlock> {
    let value = board.request.button_value();
    let option = |(model, name): (usize, &ModelChange)| {
        let there = Place { model, page: 0, ..at };
        let name = text::line(&name.name, 70);
        (model, blocks::choice(if name.is_empty() { "unnamed" } else { &name }, &written(&value, there), None))
    };
    let with_some = evidence.models.iter().enumerate().filter(|(_, model)| has(model, at.tab));
    let options: Vec<(usize, blocks::Choice)> = with_some.take(MAX_MODELS).map(option).collect();
    if options.len() < 2 {
        return None;
    }
    let shown = options.iter().find(|(model, _)| *model == at.model).map(|(_, option)| option.clone());
    let options = options.into_iter().map(|(_, option)| option).collect();
    let select = SlackBlockStaticSelectElement::new()
        .with_action_id(SlackActionId(format!("{GO}model")))
        .with_placeholder(plain("Model", 150).into())
        .with_options(options);
    let select = match shown {
        Some(shown) => select.with_initial_option(shown),
        None => select,
    };
    blocks::actions("model", vec![select.into()])
}
