//! The rules of an environment in words, each line with the place it comes from.

mod words;

use super::Effective;
use super::document::{Channel, Exemption, LaterJobs, Need, Notify, PartWord, Supersede};
use super::rules::{EnvironmentRules, GateRule, GroupRule, Layer, Origin, Sourced};
use crate::domain::Span;
use words::{action, groups_of, list, member, people, unless_none};

/// Lines about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub title: &'static str,
    pub lines: Vec<Line>,
}

/// One statement. Names in it are those of the file: escape them at the sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How far it belongs under the line before.
    pub depth: usize,
    pub words: String,
    /// `None` for a line that only sums up those under it.
    pub from: Option<Origin>,
}

/// What holds for the environment, section by section.
///
/// # Errors
/// Why all requests are held.
pub fn explain(effective: &Effective) -> Result<Vec<Section>, &str> {
    let rules = effective.rules.as_ref().map_err(String::as_str)?;
    let mut sections = vec![
        Section { title: "Who must approve", lines: gates(rules) },
        Section { title: "Who is left out", lines: left_out(rules) },
        Section { title: "Approving and denying", lines: answering(rules) },
        Section { title: "When", lines: times(rules) },
        Section { title: "Findings", lines: findings(rules, effective) },
        Section { title: "Besides", lines: besides(rules) },
    ];
    if let Some(floor) = &effective.floor {
        sections.push(Section { title: "The owner's floor, which has to be met as well", lines: floor_lines(floor) });
    }
    sections.retain(|section| !section.lines.is_empty());
    Ok(sections)
}

/// Collects the lines of a section.
#[derive(Default)]
struct Lines(Vec<Line>);

impl Lines {
    fn say(&mut self, words: impl Into<String>, from: &Origin) {
        self.under(0, words, Some(from.clone()));
    }

    fn under(&mut self, depth: usize, words: impl Into<String>, from: Option<Origin>) {
        self.0.push(Line { depth, words: words.into(), from });
    }

    fn setting<T>(&mut self, value: &Sourced<T>, words: impl FnOnce(&T) -> String) {
        self.say(words(&value.value), &value.from);
    }

    /// What need not be there; what it means where it is not, if that is worth a line.
    fn optional<T>(&mut self, value: &Option<Sourced<T>>, without: Option<&str>, words: impl FnOnce(&T) -> String) {
        match (value, without) {
            (Some(value), _) => self.setting(value, words),
            (None, Some(without)) => self.say(without, &built_in()),
            (None, None) => {}
        }
    }
}

const fn built_in() -> Origin {
    Origin { layer: Layer::BuiltIn, place: None }
}

fn gates(rules: &EnvironmentRules) -> Vec<Line> {
    let mut lines = Lines::default();
    steps(&mut lines, rules);
    if rules.gates.value.is_empty() {
        lines.say("nobody: only the rule below approves", &rules.gates.from);
    }
    if let Some(rule) = &rules.auto_approve {
        lines.say(format!("it approves by itself when {}", rule.value.text()), &rule.from);
    }
    if rules.gates.value.len() > 1 {
        lines.setting(&rules.one_gate_per_person, |one| match one {
            true => "whoever approved one gate cannot approve another one".to_owned(),
            false => "one person may approve several gates".to_owned(),
        });
    }
    lines.0
}

/// The gates in the order in which they open.
fn steps(lines: &mut Lines, rules: &EnvironmentRules) {
    let mut told: Vec<&str> = Vec::new();
    let gates = &rules.gates.value;
    let stages = gates.chunk_by(|one, next| one.stage == next.stage);
    for (number, stage) in stages.enumerate() {
        let number = number + 1;
        let depth = usize::from(stage.len() > 1);
        if depth > 0 {
            lines.under(0, format!("{number}. side by side:"), None);
        }
        for gate in stage {
            let lead = if depth > 0 { String::new() } else { format!("{number}. ") };
            lines.under(depth, format!("{lead}{}", gate_words(gate)), Some(origin_of(gate, &rules.gates.from)));
            group_lines(lines, depth + 1, &gate.group, &rules.gates.from, &mut told);
        }
    }
}

fn gate_words(gate: &GateRule) -> String {
    let when = gate.when.as_ref().map(|when| format!(", when {}", when.text())).unwrap_or_default();
    format!("{}: {}{when}", gate.name, people(gate.quorum, &gate.group.name))
}

/// The line of a gate's quorum, in the layer that its list of gates is from.
fn origin_of(gate: &GateRule, list: &Origin) -> Origin {
    Origin { layer: list.layer.clone(), place: gate.place.or(list.place) }
}

/// Who is in a group, the first time that it is named.
fn group_lines<'r>(lines: &mut Lines, depth: usize, group: &'r GroupRule, from: &Origin, told: &mut Vec<&'r str>) {
    if group.place.is_none() || told.contains(&group.name.as_str()) {
        return;
    }
    told.push(&group.name);
    let members: Vec<String> = group.members.iter().map(member).collect();
    let chat_only = if group.slack_only { "; also without a linked account" } else { "" };
    let words = format!("{}: {}{chat_only}", group.name, unless_none(&members));
    lines.under(depth, words, Some(Origin { layer: from.layer.clone(), place: group.place }));
}

fn left_out(rules: &EnvironmentRules) -> Vec<Line> {
    let mut lines = Lines::default();
    lines.setting(&rules.exclude, |parts| {
        let parts: Vec<&str> = parts.iter().map(part).collect();
        match parts.as_slice() {
            [] => "everybody counts, whatever part they had in the change".to_owned(),
            parts => format!("whoever {} does not count", list(parts, "or")),
        }
    });
    lines.optional(&rules.allow_self, None, |why| format!("but people may approve their own change: {why}"));
    lines.0
}

const fn part(part: &PartWord) -> &'static str {
    match part {
        PartWord::Requester => "started the run",
        PartWord::PrAuthors => "opened one of its pull requests",
        PartWord::Authors => "wrote a commit",
        PartWord::Committers => "committed one",
        PartWord::CoAuthors => "is named as co-author",
    }
}

fn answering(rules: &EnvironmentRules) -> Vec<Line> {
    let mut lines = Lines::default();
    let need = |need: &Need| if *need == Need::Required { "needs" } else { "does not need" };
    lines.setting(&rules.approve_comment, |comment| format!("an approval {} a comment", need(comment)));
    lines.setting(&rules.approve_tick, |tick| match tick {
        true => "each finding that needs an approval has to be ticked".to_owned(),
        false => "findings need not be ticked one by one".to_owned(),
    });
    lines.setting(&rules.deny_reason, |reason| format!("a denial {} a reason", need(reason)));
    lines.setting(&rules.deny_cancels_run, |cancels| {
        format!("a denial {} the run", if *cancels { "cancels" } else { "does not cancel" })
    });
    lines.optional(&rules.break_glass, Some("nobody may break the glass"), |rule| {
        let by = rule.review_by.as_ref().map_or("somebody else of them", |group| group.name.as_str());
        let within = Span::from_millis(rule.review_within_ms);
        format!("{} may break the glass; {by} has to look at it within {within}", rule.group.name)
    });
    groups_of(rules.break_glass.as_ref(), &mut lines);
    lines.0
}

fn times(rules: &EnvironmentRules) -> Vec<Line> {
    let mut lines = Lines::default();
    let span = |ms: &i64| Span::from_millis(*ms);
    lines.setting(&rules.expires_after_ms, |ms| format!("a request expires after {}", span(ms)));
    lines.optional(&rules.min_wait_ms, None, |ms| {
        format!("it may be approved {} after it opened, not before", span(ms))
    });
    lines.optional(&rules.remind, Some("nobody is reminded"), |rule| {
        let quiet = rule.quiet.as_ref().map(|quiet| format!(", not during {quiet}")).unwrap_or_default();
        format!("those who can still approve are reminded every {}{quiet}", span(&rule.every_ms))
    });
    lines.optional(&rules.escalate, None, |rule| {
        let may = if rule.may_act { ", and may act on every gate from then on" } else { "" };
        format!("{} is asked when it has waited for {}{may}", rule.to.name, span(&rule.after_ms))
    });
    if rules.windows.value.is_empty() {
        lines.setting(&rules.windows, |_| "it may be deployed at any time".to_owned());
    }
    for window in &rules.windows.value {
        let from = Origin { layer: rules.windows.from.layer.clone(), place: Some(window.place) };
        let calendar = window.calendar.as_ref().map(|path| format!(", but for the events of {path}"));
        let except: Vec<String> = window.window.except.iter().map(ToString::to_string).collect();
        let except = if except.is_empty() { String::new() } else { format!(", but for {}", except.join(", ")) };
        lines.say(format!("it may be deployed {}{except}{}", window.window, calendar.unwrap_or_default()), &from);
    }
    if !rules.windows.value.is_empty() {
        lines.setting(&rules.carry_over, |carry| match carry {
            true => "an approval that missed its window is deployed in the next one".to_owned(),
            false => "an approval that missed its window has to be confirmed".to_owned(),
        });
    }
    lines.optional(&rules.requires, None, |before| {
        let what = if before.same_commit { "the same commit" } else { "something" };
        let long = before.live_for_ms.map(|ms| format!(" for {}", span(&ms))).unwrap_or_default();
        format!("{what} has to be live in {} first{long}", before.environment)
    });
    lines.0
}

fn findings(rules: &EnvironmentRules, effective: &Effective) -> Vec<Line> {
    let mut lines = Lines::default();
    severities(&mut lines, rules);
    let checks = &rules.checks.value;
    for run in &checks.check_runs.require {
        lines.say(format!("the check run {} has to pass", run.name), &rules.checks.from);
    }
    let reports = checks.sarif.iter().map(|check| &check.name);
    for name in reports.chain(checks.http.iter().map(|check| &check.name)) {
        lines.say(format!("the check {name} is asked"), &rules.checks.from);
    }
    for one in &effective.exceptions {
        let subject = one.subject.as_ref().map(|subject| format!(" ({subject})")).unwrap_or_default();
        let model = one.model.as_ref().map(|model| format!(" of {model}")).unwrap_or_default();
        let words = format!("{}{subject}{model} is accepted until {} by {}: {}", one.flag, one.until, one.by, one.why);
        lines.say(words, &Origin { layer: Layer::Accepted, place: Some(one.place) });
    }
    lines.0
}

fn severities(lines: &mut Lines, rules: &EnvironmentRules) {
    let severity = &rules.severity;
    let all = [
        ("critical", &severity.critical),
        ("high", &severity.high),
        ("medium", &severity.medium),
        ("low", &severity.low),
        ("info", &severity.info),
    ];
    for (word, does) in all {
        lines.setting(does, |does| format!("{word}: {}", action(*does)));
    }
}

fn besides(rules: &EnvironmentRules) -> Vec<Line> {
    let mut lines = Lines::default();
    lines.optional(&rules.channel, Some("requests are posted to the server's channel"), |channel| match channel {
        Channel::One(name) => format!("requests are posted to {}", name.0),
        Channel::ByRisk(by_risk) => {
            let named = [
                ("low", &by_risk.low),
                ("medium", &by_risk.medium),
                ("high", &by_risk.high),
                ("critical", &by_risk.critical),
            ];
            let named = named.iter().filter_map(|(risk, name)| Some(format!("from {risk} risk {}", name.as_ref()?.0)));
            format!("requests are posted to {}; {}", by_risk.default.0, named.collect::<Vec<_>>().join(", "))
        }
    });
    lines.setting(&rules.notify, |notify| match notify {
        Notify::Mention => "those who can still approve are mentioned".to_owned(),
        Notify::None => "nobody is mentioned".to_owned(),
    });
    lines.optional(&rules.refs, Some("every branch and tag may be deployed"), |refs| {
        let refs: Vec<&str> = refs.iter().map(|pattern| pattern.0.as_str()).collect();
        format!("only {} may be deployed", list(&refs, "and"))
    });
    lines.setting(&rules.supersede, |word| {
        let does = match word {
            Supersede::Mark => "marks the older one, which then takes a second confirmation",
            Supersede::Reject => "rejects the older one",
            Supersede::Off => "does nothing to the older one",
        };
        format!("a newer request {does}")
    });
    if !rules.rollback_exempt.value.is_empty() {
        lines.setting(&rules.rollback_exempt, |exempt| {
            let words: Vec<&str> = exempt.iter().map(exemption).collect();
            format!("a rollback to what was approved before is spared {}", list(&words, "and"))
        });
    }
    lines.setting(&rules.later_jobs, |word| match word {
        LaterJobs::Cover => "later jobs of the same run get the same answer".to_owned(),
        LaterJobs::Ask => "later jobs of the same run ask again".to_owned(),
    });
    lines.0
}

const fn exemption(exemption: &Exemption) -> &'static str {
    match exemption {
        Exemption::Windows => "windows",
        Exemption::Freezes => "freezes",
        Exemption::Order => "the order of environments",
        Exemption::MinWait => "the least wait",
    }
}

/// What a floor asks for: what it does not write down it does not ask for.
fn floor_lines(floor: &EnvironmentRules) -> Vec<Line> {
    let mut lines = Lines::default();
    steps(&mut lines, floor);
    let mut rest = Lines::default();
    for section in [left_out(floor), answering(floor), times(floor)] {
        rest.0.extend(section);
    }
    severities(&mut rest, floor);
    rest.0.retain(|line| line.from.as_ref().is_some_and(|from| from.place.is_some()));
    lines.0.extend(rest.0);
    lines.0
}

#[cfg(test)]
mod tests;
