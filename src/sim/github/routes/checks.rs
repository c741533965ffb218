//! Check runs: created and updated by their App, within GitHub's limits and with its texts.

use serde_json::{Map, Value, json};

use super::page::linked;
use super::{Answer, Ctx, number};
use crate::domain::Timestamp;
use crate::sim::github::options::Level;
use crate::sim::github::reply::Reply;
use crate::sim::github::state::checks::{Annotation, CheckAction, CheckApp, CheckOutput, CheckRun};

/// GitHub's documented limits.
const ANNOTATIONS_MAX: usize = 50;
const ACTIONS_MAX: usize = 3;
const MARKDOWN_MAX: usize = 65_535;
const ANNOTATION_TITLE_MAX: usize = 255;
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
const ACTION_TEXT_MAX: usize = 20;
const ACTION_DESCRIPTION_MAX: usize = 40;

const CONCLUSIONS: [&str; 8] =
    ["action_required", "cancelled", "failure", "neutral", "success", "skipped", "stale", "timed_out"];
const STATUSES: [&str; 3] = ["queued", "in_progress", "completed"];
const MEMBERS: [&str; 10] = [
    "name",
    "head_sha",
    "details_url",
    "external_id",
    "status",
    "started_at",
    "conclusion",
    "completed_at",
    "output",
    "actions",
];

pub(super) fn answer(ctx: &mut Ctx<'_>, repository: u64, rest: &[&str]) -> Answer {
    match (ctx.ask.method.as_str(), rest) {
        ("POST", []) => create(ctx, repository),
        ("PATCH", [id]) => update(ctx, repository, number(id)?),
        ("GET", [id]) => {
            ctx.need("checks", Level::Read)?;
            let run = find(ctx, repository, number(id)?)?;
            Ok(Reply::ok(&ctx.state.check_run(repository, run)))
        }
        ("GET", [id, "annotations"]) => annotations(ctx, repository, number(id)?),
        _ => Err(Reply::no_route()),
    }
}

/// Check runs of a commit: the newest of each name and App, or all of them.
pub(super) fn of_commit(ctx: &Ctx<'_>, repository: u64, sha: &str) -> Answer {
    ctx.need("checks", Level::Read)?;
    let (name, status) = (ctx.ask.parameter("check_name"), ctx.ask.parameter("status"));
    let app = ctx.ask.number("app_id").and_then(|id| u64::try_from(id).ok());
    let all = ctx.ask.parameter("filter").as_deref() == Some("all");
    let id_of = |app: CheckApp| if app == CheckApp::Ours { ctx.state.options.app_id } else { 15_368 };
    let runs = &ctx.state.repository(repository).check_runs;
    let newer = |run: &CheckRun| {
        let same = |other: &&CheckRun| (&other.name, &other.head_sha, other.app) == (&run.name, &run.head_sha, run.app);
        runs.iter().filter(same).any(|other| other.id > run.id)
    };
    let wanted = |run: &&CheckRun| {
        run.head_sha == sha
            && name.as_ref().is_none_or(|name| *name == run.name)
            && status.as_ref().is_none_or(|status| *status == run.status)
            && app.is_none_or(|app| app == id_of(run.app))
            && (all || !newer(run))
    };
    let found: Vec<&CheckRun> = runs.iter().filter(wanted).collect();
    let total = found.len();
    let page = ctx.page(found);
    let objects: Vec<Value> = page.items.iter().map(|run| ctx.state.check_run(repository, run)).collect();
    Ok(linked(Reply::ok(&json!({ "total_count": total, "check_runs": objects })), &page.link))
}

fn find<'a>(ctx: &'a Ctx<'_>, repository: u64, id: u64) -> Result<&'a CheckRun, Reply> {
    let found = ctx.state.repository(repository).check_runs.iter().find(|run| run.id == id);
    found.ok_or_else(Reply::not_found)
}

fn create(ctx: &mut Ctx<'_>, repository: u64) -> Answer {
    ctx.need("checks", Level::Write)?;
    let body = read_body(ctx)?;
    let (Some(name), Some(sha)) = (text(&body, "name")?, text(&body, "head_sha")?) else {
        return Err(Reply::invalid("\"name\", \"head_sha\" weren't supplied."));
    };
    let known = ctx.state.repository(repository).commits.contains_key(&sha);
    if !known {
        return Err(Reply::error(422, &format!("No commit found for SHA: {sha}")));
    }
    let now = ctx.state.now;
    let mut run = CheckRun {
        id: ctx.state.fresh_id(),
        suite: ctx.state.check_suite(repository, &sha, CheckApp::Ours),
        app: CheckApp::Ours,
        name,
        head_sha: sha,
        external_id: String::new(),
        details_url: None,
        status: "queued".to_owned(),
        conclusion: None,
        started_at: now,
        completed_at: None,
        output: CheckOutput::default(),
        annotations: Vec::new(),
        actions: Vec::new(),
    };
    change(&mut run, &body, now)?;
    let object = ctx.state.check_run(repository, &run);
    ctx.state.repository_mut(repository).check_runs.push(run);
    Ok(Reply::json(201, &object))
}

fn update(ctx: &mut Ctx<'_>, repository: u64, id: u64) -> Answer {
    ctx.need("checks", Level::Write)?;
    let body = read_body(ctx)?;
    let now = ctx.state.now;
    let mut run = find(ctx, repository, id)?.clone();
    if run.app != CheckApp::Ours {
        let app = ctx.state.options.app_id;
        let text =
            format!("Invalid app_id `{app}` - check run can only be modified by the GitHub App that created it.");
        return Err(Reply::error(403, &text));
    }
    change(&mut run, &body, now)?;
    let object = ctx.state.check_run(repository, &run);
    let runs = &mut ctx.state.repository_mut(repository).check_runs;
    if let Some(known) = runs.iter_mut().find(|known| known.id == id) {
        *known = run;
    }
    Ok(Reply::ok(&object))
}

fn annotations(ctx: &Ctx<'_>, repository: u64, id: u64) -> Answer {
    ctx.need("checks", Level::Read)?;
    let run = find(ctx, repository, id)?;
    let page = ctx.page(run.annotations.iter().collect::<Vec<_>>());
    let objects = page.items.iter().map(|annotation| ctx.state.check_annotation(repository, run, annotation));
    Ok(linked(Reply::ok(&Value::Array(objects.collect())), &page.link))
}

fn read_body(ctx: &Ctx<'_>) -> Result<Map<String, Value>, Reply> {
    let body = ctx.ask.json_object()?;
    match body.keys().find(|key| !MEMBERS.contains(&key.as_str())) {
        Some(unknown) => Err(Reply::invalid(&format!("\"{unknown}\" is not a permitted key."))),
        None => Ok(body),
    }
}

/// Takes a body into a check run. A conclusion completes it, another status begins it again.
fn change(run: &mut CheckRun, body: &Map<String, Value>, now: Timestamp) -> Result<(), Reply> {
    let set =
        |slot: &mut String, name: &str| text(body, name).map(|told| slot.clone_from(&told.unwrap_or(slot.clone())));
    set(&mut run.name, "name")?;
    set(&mut run.external_id, "external_id")?;
    run.details_url = text(body, "details_url")?.or(run.details_url.take());
    let (status, conclusion) = (word(body, "status", &STATUSES)?, word(body, "conclusion", &CONCLUSIONS)?);
    if status.as_deref() == Some("completed") && conclusion.is_none() {
        return Err(Reply::invalid("\"conclusion\" wasn't supplied."));
    }
    let is_over = conclusion.is_some();
    run.conclusion = conclusion.or(run.conclusion.take()).filter(|_| is_over || status.is_none());
    run.status = match status {
        _ if is_over => "completed".to_owned(),
        Some(status) => status,
        None => run.status.clone(),
    };
    if let Some(started) = text(body, "started_at")? {
        run.started_at = Timestamp::parse_rfc3339(&started)
            .ok_or_else(|| Reply::invalid("For 'properties/started_at', it is not a valid date-time."))?;
    }
    run.completed_at = run.conclusion.is_some().then_some(now);
    if let Some(output) = body.get("output") {
        let output = object(output, "output")?;
        run.annotations.extend(read_annotations(output)?);
        run.output = read_output(output)?;
    }
    if let Some(actions) = body.get("actions") {
        run.actions = read_actions(actions)?;
    }
    Ok(())
}

fn read_output(output: &Map<String, Value>) -> Result<CheckOutput, Reply> {
    let (title, summary) = (text(output, "title")?, text(output, "summary")?);
    if title.is_none() || summary.is_none() {
        return Err(Reply::invalid("\"title\", \"summary\" weren't supplied."));
    }
    let more = text(output, "text")?;
    for (name, part) in [("summary", &summary), ("text", &more)] {
        if let Some(part) = part {
            at_most(part, MARKDOWN_MAX)?;
            if part.len() > MARKDOWN_MAX {
                return Err(too_many_bytes(name));
            }
        }
    }
    Ok(CheckOutput { title, summary, text: more })
}

/// What GitHub answers where the characters are few enough and the bytes are not.
fn too_many_bytes(field: &str) -> Reply {
    let message = format!("{field} exceeds a maximum bytesize of {MARKDOWN_MAX}");
    let error = json!({ "resource": "CheckRun", "code": "custom", "field": field, "message": message });
    let body = json!({
        "message": "Validation Failed",
        "errors": [error],
        "documentation_url": "https://docs.github.com/rest/checks/runs#create-a-check-run",
        "status": "422",
    });
    Reply::json(422, &body)
}

fn read_annotations(output: &Map<String, Value>) -> Result<Vec<Annotation>, Reply> {
    let list = list(output.get("annotations"), ANNOTATIONS_MAX)?;
    list.iter().map(read_annotation).collect()
}

fn read_annotation(value: &Value) -> Result<Annotation, Reply> {
    let members = object(value, "annotations")?;
    let needed =
        |name: &str| text(members, name)?.ok_or_else(|| Reply::invalid(&format!("\"{name}\" wasn't supplied.")));
    let line = |name: &str| {
        let line = members.get(name).and_then(Value::as_u64).filter(|line| *line > 0);
        line.ok_or_else(|| Reply::invalid(&format!("For 'items/{name}', it is not a line.")))
    };
    let annotation = Annotation {
        path: needed("path")?,
        start_line: line("start_line")?,
        end_line: line("end_line")?,
        level: word(members, "annotation_level", &["notice", "warning", "failure"])?.unwrap_or_default(),
        title: text(members, "title")?,
        message: needed("message")?,
    };
    at_most(annotation.title.as_deref().unwrap_or_default(), ANNOTATION_TITLE_MAX)?;
    let fits = annotation.message.len() <= MESSAGE_BYTES_MAX && !annotation.message.trim().is_empty();
    let holds = fits && !annotation.path.is_empty() && !annotation.level.is_empty();
    if holds && annotation.end_line >= annotation.start_line {
        return Ok(annotation);
    }
    Err(Reply::error(422, "Invalid annotation: its path, lines, level or message cannot be used"))
}

fn read_actions(value: &Value) -> Result<Vec<CheckAction>, Reply> {
    let read = |value: &Value| {
        let members = object(value, "actions")?;
        let part = |name: &str, max: usize| {
            let part = text(members, name)?.ok_or_else(|| Reply::invalid(&format!("\"{name}\" wasn't supplied.")))?;
            at_most(&part, max).map(|()| part)
        };
        Ok(CheckAction {
            label: part("label", ACTION_TEXT_MAX)?,
            description: part("description", ACTION_DESCRIPTION_MAX)?,
            identifier: part("identifier", ACTION_TEXT_MAX)?,
        })
    };
    list(Some(value), ACTIONS_MAX)?.iter().map(read).collect()
}

fn list(value: Option<&Value>, max: usize) -> Result<Vec<Value>, Reply> {
    let list = match value {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) => list.clone(),
        Some(_) => return Err(Reply::invalid("For 'properties/annotations', it is not an array.")),
    };
    if list.len() > max {
        let text = format!("No more than {max} items are allowed; {} were supplied.", list.len());
        return Err(Reply::invalid(&text));
    }
    Ok(list)
}

fn object<'a>(value: &'a Value, name: &str) -> Result<&'a Map<String, Value>, Reply> {
    value.as_object().ok_or_else(|| Reply::invalid(&format!("For 'properties/{name}', it is not an object.")))
}

fn text(members: &Map<String, Value>, name: &str) -> Result<Option<String>, Reply> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Reply::invalid(&format!("For 'properties/{name}', it is not a string."))),
    }
}

fn word(members: &Map<String, Value>, name: &str, known: &[&str]) -> Result<Option<String>, Reply> {
    let told = text(members, name)?;
    match &told {
        Some(word) if !known.contains(&word.as_str()) => {
            Err(Reply::invalid(&format!("For 'properties/{name}', {word} is not a member of {known:?}.")))
        }
        _ => Ok(told),
    }
}

fn at_most(text: &str, max: usize) -> Result<(), Reply> {
    let count = text.chars().count();
    if count <= max {
        return Ok(());
    }
    Err(Reply::invalid(&format!("Only {max} characters are allowed; {count} were supplied.")))
}
