//! interim
use crate::domain::*; use crate::policy::{self, PolicyDefaults, PolicyFile}; use crate::ports::*; use crate::ports::forge::*;
pub struct Gathered { pub evidence: Evidence, pub policy: PolicyFound }
pub async fn gather(f: &dyn Forge, r: &Request, p: PolicyDefaults) -> Result<Gathered, PortError> {
    let repo = &r.repository;
    let default = f.default_branch(repo).await?;
    let file = match f.tree(repo, &default).await? {
        Presence::Found(tree) if tree.entries.iter().any(|e| e.path == policy::PATH) => PolicyFile::Present,
        Presence::Found(tree) if !tree.truncated => PolicyFile::Absent,
        _ => PolicyFile::Unreadable { why: "x".into() } };
    let jobs: Vec<_> = r.jobs.keys().copied().collect();
    let live = f.live(repo, &r.environment, &jobs).await?;
    let Presence::Found(head) = f.commit(repo, &r.commit).await? else { return Err(PortError::permanent("read commit", "gone")) };
    let prs = f.pull_requests(repo, &r.commit).await?;
    let mut contributors: Vec<Contributor> = prs.iter().map(|pr| Contributor { part: Part::PrAuthor, user: pr.author.clone(), name: Words::new("x") }).collect();
    contributors.push(Contributor { part: Part::Author, user: head.author.user.clone(), name: Words::new(&head.author.name) });
    let evidence = Evidence { commit: r.commit.clone(), baseline: live.map_or(Baseline::None, |l| Baseline::Live { commit: l.commit, deployment: l.deployment, since: l.since }),
        relation: Relation::NoBaseline, commits: vec![], commits_total: 1, pull_requests: prs, contributors, files: vec![], models: vec![], flags: vec![], compare_url: None };
    Ok(Gathered { evidence, policy: policy::read(&file, p) })
}
