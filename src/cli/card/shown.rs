//! A card for a terminal.

use crate::artifact::card::{Card, Emissions, FrontMatter, Hiding, SectionState};
use crate::artifact::metrics::EvalResult;
use crate::checks::words::{count, plain};
use crate::report::text::COLUMNS;
use crate::report::text::screen::{Look, Screen};
use crate::report::text::width::width;

/// Longest texts shown, in characters.
const MAX_TEXT_CHARS: usize = 400;
const MAX_LABEL_CHARS: usize = 100;
/// Columns for the names of fields, and at most for those of metrics.
const FIELD_COLUMNS: usize = 11;
const MAX_METRIC_COLUMNS: usize = 24;
/// Most values of one field, and most lines of a list. The JSON has all.
const MAX_VALUES: usize = 12;
const MAX_LINES: usize = 60;

/// The card as text, ending in how much there is of everything.
pub(super) fn text(name: &str, card: &Card, has_colour: bool) -> String {
    let mut screen = Screen::new(COLUMNS, has_colour);
    screen.line(Look::Bold, &format!("Model card {}", plain(name, MAX_TEXT_CHARS)));
    front_matter(&mut screen, card);
    fields(&mut screen, card);
    results(&mut screen, card);
    sections(&mut screen, card);
    problems(&mut screen, card);
    screen.blank();
    screen.line(Look::Bold, &closing(card));
    screen.finish()
}

fn heading(screen: &mut Screen, words: &str) {
    screen.blank();
    screen.line(Look::Bold, words);
}

fn front_matter(screen: &mut Screen, card: &Card) {
    match &card.front_matter {
        FrontMatter::Present => {}
        FrontMatter::Absent => screen.line(Look::Warning, "It has no front matter, so no metadata."),
        FrontMatter::Unreadable { reason, line } => {
            let reason = plain(reason, MAX_TEXT_CHARS);
            screen.line(Look::Alarm, &format!("Its front matter cannot be read: {reason}, line {line}."));
            screen.line(Look::Plain, "What follows is what could be read all the same; more may be there.");
        }
    }
}

fn fields(screen: &mut Screen, card: &Card) {
    let lines = all_fields(card);
    if lines.is_empty() {
        return;
    }
    heading(screen, "Metadata");
    for (label, text, key) in lines {
        let line = card.spans.get(key).map(|span| match span.end_line {
            end if end > span.line => format!(" (lines {}–{end})", span.line),
            _ => format!(" (line {})", span.line),
        });
        screen.item(Look::Dim, label, FIELD_COLUMNS, &format!("{text}{}", line.unwrap_or_default()));
    }
}

/// The fields that say something: what they are called here, what they say, and their key in the file.
fn all_fields(card: &Card) -> Vec<(&'static str, String, &'static str)> {
    let one = |text: &Option<String>| text.as_deref().map(|text| plain(text, MAX_TEXT_CHARS)).unwrap_or_default();
    let licence = card.licence.clone().unwrap_or_default();
    let fields = [
        ("licence", listed(&licence.ids), "license"),
        ("", one(&licence.name), "license_name"),
        ("", one(&licence.link), "license_link"),
        ("base model", listed(&card.base_models), "base_model"),
        ("made by", one(&card.base_model_relation), "base_model_relation"),
        ("replaced by", one(&card.new_version), "new_version"),
        ("data sets", listed(&card.datasets), "datasets"),
        ("languages", listed(&card.languages), "language"),
        ("task", one(&card.pipeline_tag), "pipeline_tag"),
        ("library", one(&card.library_name), "library_name"),
        ("tags", listed(&card.tags), "tags"),
        ("metrics", listed(&card.metrics), "metrics"),
        ("emissions", card.emissions.as_ref().map(emissions).unwrap_or_default(), "co2_eq_emissions"),
    ];
    fields.into_iter().filter(|(_, text, _)| !text.is_empty()).collect()
}

fn listed(values: &[String]) -> String {
    let shown: Vec<String> = values.iter().take(MAX_VALUES).map(|value| plain(value, MAX_LABEL_CHARS)).collect();
    match values.len().saturating_sub(MAX_VALUES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn emissions(emissions: &Emissions) -> String {
    let grams = emissions.grams.as_ref().map(|grams| match grams.number() {
        Some(number) => format!("{} g CO2 equivalent", number.normalize()),
        None => format!("`{}`, which is not a number", plain(&grams.text, MAX_LABEL_CHARS)),
    });
    let others =
        [&emissions.source, &emissions.training_type, &emissions.geographical_location, &emissions.hardware_used];
    let others = others.into_iter().flatten().map(|text| plain(text, MAX_LABEL_CHARS));
    grams.into_iter().chain(others).collect::<Vec<_>>().join(", ")
}

fn results(screen: &mut Screen, card: &Card) {
    if card.results.is_empty() {
        return;
    }
    heading(screen, "Results");
    let shown = card.results.get(..MAX_LINES).unwrap_or(&card.results);
    let values: Vec<(String, String)> = shown.iter().map(|result| (metric(result), measured(result))).collect();
    let room = values.iter().map(|(label, _)| width(label)).filter(|width| *width <= MAX_METRIC_COLUMNS).max();
    for (label, text) in values {
        screen.item(Look::Plain, &label, room.unwrap_or_default(), &text);
    }
    more(screen, card.results.len(), "result");
}

fn metric(result: &EvalResult) -> String {
    let key = &result.key;
    plain(key.metric_name.as_ref().unwrap_or(&key.metric_type), MAX_LABEL_CHARS)
}

/// `0.913 on glue (sst2, validation), line 24`
fn measured(result: &EvalResult) -> String {
    let key = &result.key;
    let value = match result.value.number() {
        Some(_) => plain(&result.value.text, MAX_LABEL_CHARS),
        None if result.value.text.is_empty() => "no value".to_owned(),
        None => format!("`{}`, which is not a number,", plain(&result.value.text, MAX_LABEL_CHARS)),
    };
    let dataset = result.dataset_name.as_ref().unwrap_or(&key.dataset_type);
    let dataset = if dataset.is_empty() { String::new() } else { format!(" on {}", plain(dataset, MAX_LABEL_CHARS)) };
    let parts: Vec<String> = [&key.dataset_config, &key.dataset_split]
        .into_iter()
        .flatten()
        .map(|part| plain(part, MAX_LABEL_CHARS))
        .collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    let claimed = if result.claimed_verified { ", said to be verified" } else { "" };
    format!("{value}{dataset}{parts}{claimed}, line {}", result.line)
}

fn sections(screen: &mut Screen, card: &Card) {
    if !card.body_was_read {
        heading(screen, "Sections");
        screen.line(Look::Alarm, "The text below the metadata was not read.");
        return;
    }
    let mut lines: Vec<(usize, Look, String)> = card
        .sections
        .iter()
        .map(|section| {
            let indent = "· ".repeat(usize::from(section.level.saturating_sub(1)));
            let heading = plain(&section.heading, MAX_LABEL_CHARS);
            let (look, state) = state(section.state());
            (section.line, look, format!("{indent}{heading}{state}"))
        })
        .collect();
    lines.extend(card.hidden_headings.iter().filter_map(|hidden| {
        let place = match hidden.within {
            Hiding::Comment => "a comment",
            Hiding::Html => "HTML",
            // Mostly comments of shell and Python, which begin like headings.
            Hiding::Code => return None,
        };
        let heading = plain(&hidden.heading, MAX_LABEL_CHARS);
        Some((hidden.line, Look::Dim, format!("{heading} – no section: it stands in {place}")))
    }));
    if lines.is_empty() {
        return;
    }
    lines.sort_by_key(|(line, ..)| *line);
    heading(screen, "Sections");
    by_line(screen, &lines, "heading");
}

/// A section that says something needs no word for it.
const fn state(state: SectionState) -> (Look, &'static str) {
    match state {
        SectionState::Filled => (Look::Plain, ""),
        SectionState::Empty => (Look::Warning, " – empty"),
        SectionState::Placeholder => (Look::Warning, " – template text only"),
        SectionState::Hidden => (Look::Warning, " – hidden"),
        SectionState::Absent => (Look::Warning, " – absent"),
        SectionState::Unread => (Look::Warning, " – not read"),
    }
}

fn problems(screen: &mut Screen, card: &Card) {
    if card.problems.is_empty() {
        return;
    }
    heading(screen, "Problems");
    let lines: Vec<(usize, Look, String)> = card
        .problems
        .iter()
        .map(|problem| (problem.line, Look::Warning, plain(&problem.text, MAX_TEXT_CHARS)))
        .collect();
    by_line(screen, &lines, "problem");
}

fn by_line(screen: &mut Screen, lines: &[(usize, Look, String)], what: &str) {
    let shown = lines.get(..MAX_LINES).unwrap_or(lines);
    let label = |line: &usize| format!("line {line}");
    let room = shown.iter().map(|(line, ..)| label(line).len()).max().unwrap_or_default();
    for (line, look, text) in shown {
        screen.item(*look, &label(line), room, text);
    }
    more(screen, lines.len(), what);
}

fn more(screen: &mut Screen, all: usize, what: &str) {
    if let Some(more) = all.checked_sub(MAX_LINES).filter(|more| *more > 0) {
        screen.item(Look::Dim, "…", 1, &format!("{} more; --format json has all", count(more, what)));
    }
}

/// `2 results, 9 sections (1 empty, 2 template text only), 1 problem.`
fn closing(card: &Card) -> String {
    let states = |wanted: SectionState, word: &str| {
        let number = card.sections.iter().filter(|section| section.state() == wanted).count();
        (number > 0).then(|| format!("{number} {word}"))
    };
    let odd: Vec<String> =
        [states(SectionState::Empty, "empty"), states(SectionState::Placeholder, "template text only")]
            .into_iter()
            .flatten()
            .collect();
    let odd = if odd.is_empty() { String::new() } else { format!(" ({})", odd.join(", ")) };
    let sections = count(card.sections.len(), "section");
    let (results, problems) = (count(card.results.len(), "result"), count(card.problems.len(), "problem"));
    format!("{results}, {sections}{odd}, {problems}.")
}
