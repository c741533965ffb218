//! Repositories as JSON: the short form inside other objects, the full one, and the one of webhooks.

use serde_json::{Map, Value, json};

use super::{extend, node_id, wire_time};
use crate::sim::github::state::State;
use crate::sim::github::state::repository::Repository;

/// Address members of a repository: name without `_url`, and what follows the repository's address.
const ADDRESSES: [(&str, &str); 36] = [
    ("archive", "/{archive_format}{/ref}"),
    ("assignees", "/assignees{/user}"),
    ("blobs", "/git/blobs{/sha}"),
    ("branches", "/branches{/branch}"),
    ("collaborators", "/collaborators{/collaborator}"),
    ("comments", "/comments{/number}"),
    ("commits", "/commits{/sha}"),
    ("compare", "/compare/{base}...{head}"),
    ("contents", "/contents/{+path}"),
    ("contributors", "/contributors"),
    ("deployments", "/deployments"),
    ("downloads", "/downloads"),
    ("events", "/events"),
    ("forks", "/forks"),
    ("git_commits", "/git/commits{/sha}"),
    ("git_refs", "/git/refs{/sha}"),
    ("git_tags", "/git/tags{/sha}"),
    ("hooks", "/hooks"),
    ("issue_comment", "/issues/comments{/number}"),
    ("issue_events", "/issues/events{/number}"),
    ("issues", "/issues{/number}"),
    ("keys", "/keys{/key_id}"),
    ("labels", "/labels{/name}"),
    ("languages", "/languages"),
    ("merges", "/merges"),
    ("milestones", "/milestones{/number}"),
    ("notifications", "/notifications{?since,all,participating}"),
    ("pulls", "/pulls{/number}"),
    ("releases", "/releases{/id}"),
    ("stargazers", "/stargazers"),
    ("statuses", "/statuses/{sha}"),
    ("subscribers", "/subscribers"),
    ("subscription", "/subscription"),
    ("tags", "/tags"),
    ("teams", "/teams"),
    ("trees", "/git/trees{/sha}"),
];

impl State {
    /// The API address of a repository.
    pub(in crate::sim::github) fn repository_url(&self, repository: u64) -> String {
        format!("{}/repos/{}", self.urls.api, self.full_name(repository))
    }

    /// The page of a repository.
    pub(in crate::sim::github) fn repository_page(&self, repository: u64) -> String {
        format!("{}/{}", self.urls.web, self.full_name(repository))
    }

    /// `minimal-repository`.
    pub(in crate::sim::github) fn minimal_repository(&self, id: u64) -> Value {
        let Some(repository) = self.repositories.get(&id) else { return Value::Null };
        let api = self.repository_url(id);
        let mut object = Map::new();
        for (name, rest) in ADDRESSES {
            object.insert(format!("{name}_url"), Value::String(format!("{api}{rest}")));
        }
        let mut object = Value::Object(object);
        let more = json!({
            "id": id,
            "node_id": node_id("R", id),
            "name": repository.name,
            "full_name": self.full_name(id),
            "private": repository.private,
            "owner": self.simple_user(repository.owner),
            "html_url": self.repository_page(id),
            "description": repository.description,
            "fork": false,
            "url": api,
        });
        extend(&mut object, more);
        object
    }

    /// `full-repository`.
    pub(in crate::sim::github) fn full_repository(&self, id: u64) -> Value {
        let Some(repository) = self.repositories.get(&id) else { return Value::Null };
        let mut object = self.minimal_repository(id);
        extend(&mut object, self.repository_details(repository));
        let more = json!({
            "network_count": 0,
            "subscribers_count": 0,
            "permissions": { "admin": false, "maintain": false, "push": false, "triage": false, "pull": true },
        });
        extend(&mut object, more);
        object
    }

    /// The `repository` member of webhooks.
    pub(in crate::sim::github) fn hook_repository(&self, id: u64) -> Value {
        let Some(repository) = self.repositories.get(&id) else { return Value::Null };
        let mut object = self.minimal_repository(id);
        extend(&mut object, self.repository_details(repository));
        extend(&mut object, json!({ "custom_properties": {} }));
        object
    }

    fn repository_details(&self, repository: &Repository) -> Value {
        let (page, created) = (self.repository_page(repository.id), wire_time(repository.created_at));
        let ssh_host = self.urls.web.split("//").nth(1).unwrap_or_default();
        let name = self.full_name(repository.id);
        let visibility = if repository.private { "private" } else { "public" };
        let open = repository.pulls.values().filter(|pull| pull.open).count();
        json!({
            "clone_url": format!("{page}.git"),
            "svn_url": page,
            "git_url": format!("git://{ssh_host}/{name}.git"),
            "ssh_url": format!("git@{ssh_host}:{name}.git"),
            "mirror_url": null,
            "homepage": null,
            "language": "Python",
            "default_branch": repository.default_branch,
            "forks": 0, "forks_count": 0, "stargazers_count": 0, "watchers": 0, "watchers_count": 0, "size": 108,
            "open_issues": open, "open_issues_count": open,
            "has_issues": true, "has_projects": true, "has_wiki": true, "has_pages": false, "has_downloads": true,
            "has_discussions": false, "archived": false, "disabled": false, "is_template": false,
            "allow_forking": false, "web_commit_signoff_required": false, "topics": [],
            "visibility": visibility,
            "license": null,
            "pushed_at": created, "created_at": created, "updated_at": created,
        })
    }
}
