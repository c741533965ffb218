//! Who asks for what: repository, run, commits from and to.

use crate::domain::{Baseline, CommitSha, Evidence, Relation, SketchedGround};
use crate::ports::chat::Board;
use crate::slack::blocks::Line;
use crate::slack::text::count;

use super::{Room, sketch};

pub(super) fn line(board: &Board<'_>, room: &Room) -> Line {
    let request = board.request;
    let line = match board.repeated {
        true => {
            Line::new().bold("Second copy").words(": the answer to the first was lost. Both act on the same request.\n")
        }
        false => Line::new(),
    };
    let line = line.their_bold(&request.repository.full_name(), 100);
    let line = match board.evidence {
        Some(evidence) => line.words(" ").then(what_changes(evidence)),
        None => match sketch::of(board).and_then(|sketch| sketch.ground.as_ref()) {
            Some(ground) => line.words(" ").then(Leap::sketched(&request.commit, ground).line()),
            None => line.words(" asks to deploy ").code(request.commit.short(), 12).words("."),
        },
    };
    let line = line.words(" ").then(origin(board, room)).then(approved_before(board));
    match request.jobs.len() {
        0 | 1 => line,
        jobs => line.words(&format!(" One decision releases {jobs} jobs.")),
    }
}

/// ` This commit was approved for this environment before, 3 Nov.` By whom is under See changes: here it would call them.
fn approved_before(board: &Board<'_>) -> Line {
    match board.request.evidence.as_ref().and_then(|evidence| evidence.approved_before.as_ref()) {
        Some(before) => Line::new().words(" It was approved for this environment before, ").day(before.at).words("."),
        None => Line::new(),
    }
}

/// `Run 482 (attempt 2), push to main, started by mona.`
pub(in crate::slack) fn origin(board: &Board<'_>, room: &Room) -> Line {
    let run = &board.request.run;
    let attempt = if run.attempt > 1 { format!(", attempt {}", run.attempt) } else { String::new() };
    let line = Line::new().link(&run.url, &format!("Run {}", run.number)).words(&attempt).words(", ");
    let line = line.theirs(&run.trigger, 40).words(" on ").code(&run.reference, room.text.min(80));
    match run.actors.last() {
        Some(actor) => line.words(", started by ").theirs(&actor.login, 50).words("."),
        None => line.words(", started by an unknown account."),
    }
}

/// From which commit to which, and how far apart they are.
pub(in crate::slack) fn what_changes(evidence: &Evidence) -> Line {
    let Evidence { commit, baseline, relation, compare_url, .. } = evidence;
    Leap { commit, baseline, relation: *relation, compare_url: compare_url.as_deref() }.line()
}

/// From what is live to what is proposed.
struct Leap<'a> {
    commit: &'a CommitSha,
    baseline: &'a Baseline,
    relation: Relation,
    compare_url: Option<&'a str>,
}

impl<'a> Leap<'a> {
    fn sketched(commit: &'a CommitSha, ground: &'a SketchedGround) -> Self {
        let SketchedGround { baseline, relation, compare_url } = ground;
        Self { commit, baseline, relation: *relation, compare_url: compare_url.as_deref() }
    }

    fn line(&self) -> Line {
        let proposed = self.commit.short();
        let line = match self.baseline {
            Baseline::None => Line::new().words("deploys ").code(proposed, 12).words(": the first deployment here"),
            Baseline::Vanished { commit, .. } => Line::new()
                .words("deploys ")
                .code(proposed, 12)
                .words(". What is live (")
                .code(commit.short(), 12)
                .words(") is no longer in the repository"),
            Baseline::Live { commit, since, .. } => {
                let line = Line::new().words("replaces ").code(commit.short(), 12);
                let line = match since {
                    Some(since) => line.words(", live since ").day(*since).words(","),
                    None => line,
                };
                line.words(" with ").code(proposed, 12)
            }
        };
        self.distance(line).words(".")
    }

    fn distance(&self, line: Line) -> Line {
        let commits = |n: u64| count(usize::try_from(n).unwrap_or(usize::MAX), "commit", "commits");
        let words = match self.relation {
            Relation::NoBaseline => return line,
            Relation::Same => "the same commit again".to_owned(),
            Relation::Ahead { by } => format!("{} ahead", commits(by)),
            Relation::Behind { by } => format!("a rollback by {}", commits(by)),
            Relation::Diverged { ahead, behind } => {
                format!("{} ahead and {} behind: the histories have parted", commits(ahead), commits(behind))
            }
        };
        let line = line.words(": ");
        match self.compare_url {
            Some(address) => line.link(address, &words),
            None => line.words(&words),
        }
    }
}
