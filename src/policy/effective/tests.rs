use std::collections::BTreeSet;

use super::*;
use crate::checks::rules::Action;
use crate::domain::time::{HOUR_MS, MINUTE_MS};
use crate::policy::document::{Need, PartWord};
use crate::policy::place::FileRole;
use crate::policy::rules::Member;
use crate::policy::validate::{self, OwnerFile};

const OWNER: &str = "\
version: 1
groups:
  security: { github_teams: [acme/security] }
  ml: { github_teams: [acme/ml] }
defaults:
  severity: { medium: approve }
  expires_after: 12h
  remind: { every: 1h }
  deny: { cancel_run: true }
environments:
  'prod*':
    gates: [{ name: Security, group: security, quorum: 1 }]
floor:
  defaults:
    exclude: [requester, authors]
    severity: { critical: block, high: approve }
  environments:
    production:
      gates: [{ name: Two, group: security, quorum: 2 }]
      expires_after: 24h
      min_wait: 10m
      approve: { comment: required }
      checks: { check_runs: { require: [audit] } }
";

struct Both {
    repository: Option<File>,
    owner: Option<File>,
}

impl Both {
    fn new(repository: &str, owner: &str) -> Self {
        let read = |text: &str, role| (!text.is_empty()).then(|| File::read(text.as_bytes(), role));
        let both = Self { repository: read(repository, FileRole::Repository), owner: read(owner, FileRole::Owner) };
        let errors = validate::errors(both.repository.as_ref(), both.beside());
        assert_eq!(errors, []);
        both
    }

    fn beside(&self) -> OwnerFile<'_> {
        self.owner.as_ref().map_or(OwnerFile::Absent, OwnerFile::Present)
    }

    fn files(&self) -> Files<'_> {
        self.beside().beside(self.repository.as_ref())
    }

    fn rules(&self, environment: &str) -> EnvironmentRules {
        match self.files().rules(environment, HOUR_MS) {
            (Selected::Rules(rules), findings) if findings.is_empty() => *rules,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_nearest_layer_that_has_a_key_counts_and_says_where_it_is_written() {
    let both = Both::new(
        "version: 1\ndefaults:\n  severity: { low: approve }\nenvironments:\n  production:\n    remind: none\n    deny: { reason: optional }\n",
        OWNER,
    );
    let rules = both.rules("production");
    let line = |place: Option<crate::policy::place::Place>| place.map(|place| (place.role, place.line));
    let severity = &rules.severity;
    assert_eq!((severity.low.value, line(severity.low.from.place)), (Action::Approve, Some((FileRole::Repository, 3))));
    assert_eq!(
        (severity.medium.value, line(severity.medium.from.place)),
        (Action::Approve, Some((FileRole::Owner, 6)))
    );
    assert_eq!((severity.info.value, severity.info.from.layer.clone()), (Action::Show, Layer::BuiltIn));
    assert_eq!(rules.remind, None, "taken away");
    assert_eq!((rules.deny_reason.value, rules.deny_cancels_run.value), (Need::Optional, true), "key by key");
    assert_eq!(rules.gates.from.layer, Layer::OwnerEntry("prod*".to_owned()));
    assert_eq!(rules.gates.value[0].name, "Security");
    assert_eq!(
        (rules.expires_after_ms.value, rules.expires_after_ms.from.layer.clone()),
        (12 * HOUR_MS, Layer::OwnerDefaults)
    );
}

#[test]
fn without_any_file_the_built_in_rules_and_the_settings_hold() {
    let both = Both::new("", "");
    let rules = both.rules("production");
    assert_eq!((rules.gates.value.len(), rules.gates.value[0].quorum), (1, 1));
    assert_eq!((rules.expires_after_ms.value, rules.expires_after_ms.from.layer.clone()), (HOUR_MS, Layer::Settings));
    assert_eq!(rules.exclude.value.len(), 5);
    assert_eq!(rules.deny_reason.value, Need::Required);
}

#[test]
fn a_group_counts_in_the_file_that_describes_it() {
    let both = Both::new(
        "version: 1\ngroups:\n  security: { github_users: [mallory] }\nenvironments:\n  production:\n    gates:\n      - { name: Own, group: security, quorum: 1 }\n      \
         - { name: Theirs, group: owner/ml, quorum: 1 }\n  prod-eu: {}\n",
        OWNER,
    );
    let members = |group: &crate::policy::rules::GroupRule| group.members.clone();
    let team = |slug: &str| BTreeSet::from([Member::Team { organisation: "acme".into(), slug: slug.into() }]);
    let own = both.rules("production");
    assert_eq!(members(&own.gates.value[0].group), BTreeSet::from([Member::Account { login: "mallory".into() }]));
    assert_eq!(members(&own.gates.value[1].group), team("ml"));
    // The owner's gates mean the owner's group, whatever the repository calls by that name.
    assert_eq!(members(&both.rules("prod-eu").gates.value[0].group), team("security"));
    let (floor, _) = rules_of_floor(&both.files().floor("production").unwrap(), HOUR_MS).unwrap();
    assert_eq!(members(&floor.gates.value[0].group), team("security"));
}

#[test]
fn references_to_groups_that_are_not_there_are_told_with_what_is() {
    let of = |repository: &str, owner: OwnerFile<'_>| {
        let file = File::read(repository.as_bytes(), FileRole::Repository);
        let found = validate::errors(Some(&file), owner);
        found.into_iter().map(|finding| finding.to_string()).collect::<Vec<_>>().join("\n")
    };
    let gate = |group: &str| {
        format!("version: 1\nenvironments: {{ production: {{ gates: [{{ name: A, group: {group}, quorum: 1 }}] }} }}\n")
    };
    let owner = File::read(OWNER.as_bytes(), FileRole::Owner);
    assert!(of(&gate("security"), OwnerFile::Present(&owner)).contains("write `owner/security`"));
    assert!(of(&gate("owner/secutiry"), OwnerFile::Present(&owner)).contains("did you mean `security`"));
    assert!(of(&gate("owner/security"), OwnerFile::Absent).contains("no policy file"));
    assert_eq!(of(&gate("owner/security"), OwnerFile::NotGiven), "", "nobody looked");
}

#[test]
fn a_floor_holds_whatever_the_repository_says() {
    let both = Both::new(
        "version: 1\nenvironments:\n  production:\n    exclude: []\n    allow_self: { reason: alone }\n    severity: { critical: show }\n    \
         expires_after: 2d\n    min_wait: 1m\n    approve: { comment: optional }\n    checks: { check_runs: { require: [own] } }\n",
        OWNER,
    );
    let rules = both.rules("production");
    assert_eq!(rules.exclude.value, BTreeSet::from([PartWord::Requester, PartWord::Authors]));
    assert_eq!(rules.exclude.from.layer, Layer::FloorDefaults);
    assert_eq!(rules.allow_self, None);
    assert_eq!(rules.severity.critical.value, Action::Block);
    assert_eq!(rules.expires_after_ms.value, 24 * HOUR_MS);
    assert_eq!(rules.min_wait_ms.as_ref().map(|wait| wait.value), Some(10 * MINUTE_MS));
    assert_eq!(rules.approve_comment.value, Need::Required);
    let required: Vec<String> = rules.checks.value.check_runs.require.iter().map(|run| run.name.to_string()).collect();
    assert_eq!(required, ["audit", "own"]);
    let (floor, _) = rules_of_floor(&both.files().floor("production").unwrap(), HOUR_MS).unwrap();
    assert_eq!((floor.gates.value[0].quorum, floor.deny_reason.value), (2, Need::Optional));
}

#[test]
fn a_stricter_repository_stays_as_strict_under_a_floor() {
    let both = Both::new(
        "version: 1\nenvironments:\n  production:\n    exclude: [requester, authors, committers]\n    severity: { low: block }\n    \
         expires_after: 1h\n    min_wait: 30m\n",
        OWNER,
    );
    let rules = both.rules("production");
    assert_eq!(
        (rules.exclude.value.len(), rules.exclude.from.layer.clone()),
        (3, Layer::RepositoryEntry("production".into()))
    );
    assert_eq!(rules.severity.low.value, Action::Block);
    assert_eq!((rules.expires_after_ms.value, rules.min_wait_ms.unwrap().value), (HOUR_MS, 30 * MINUTE_MS));
}

#[test]
fn a_floor_says_nothing_about_environments_it_does_not_name() {
    let owner = OWNER.replace(
        "  defaults:\n    exclude: [requester, authors]\n    severity: { critical: block, high: approve }\n",
        "",
    );
    let both = Both::new("", &owner);
    assert!(both.files().floor("prod-eu").unwrap().layers.is_empty());
    assert!(rules_of_floor(&both.files().floor("prod-eu").unwrap(), HOUR_MS).is_none());
    assert!(
        rules_of_floor(&both.files().floor("Production").unwrap(), HOUR_MS).is_some(),
        "upper and lower case are the same"
    );
}

#[test]
fn an_environment_without_entry_is_held_or_treated_as_the_files_say() {
    let held = |repository: &str, owner: &str, name: &str| {
        let both = Both::new(repository, owner);
        matches!(both.files().rules(name, HOUR_MS).0, Selected::Held { .. })
    };
    let own = "version: 1\nenvironments: { production: {} }\n";
    assert!(held(own, "", "staging") && !held(own, "", "PRODUCTION"));
    assert!(!held(&format!("{own}unmatched: starter\n"), "", "staging"));
    assert!(
        !held(own, &format!("{OWNER}unmatched: starter\n"), "staging"),
        "the owner's word, where the repository has none"
    );
    assert!(held(&format!("{own}unmatched: hold\n"), &format!("{OWNER}unmatched: starter\n"), "staging"));
    assert!(!held("version: 1\n", "", "staging"), "no file has an entry for anything");
    assert!(
        !held("", OWNER, "prod-eu") && held("", OWNER, "staging"),
        "the owner's entries count for every repository"
    );
}

#[test]
fn a_repository_that_asks_for_less_than_the_floor_is_told_so() {
    let owner = File::read(OWNER.as_bytes(), FileRole::Owner);
    let of = |keys: &str| {
        let text = format!(
            "version: 1\ngroups: {{ g: {{ permission: write }} }}\nenvironments:\n  production:\n    {keys}\n    break_glass: {{ group: g }}\n"
        );
        let file = File::read(text.as_bytes(), FileRole::Repository);
        assert_eq!(
            validate::errors(Some(&file), OwnerFile::Present(&owner)),
            [],
            "the gate follows it, under the floor"
        );
        let found = validate::findings(Some(&file), OwnerFile::Present(&owner), crate::domain::Timestamp::default());
        let weakened = found.iter().filter(|finding| finding.rule == crate::policy::finding::Rule::FloorWeakened);
        weakened.map(|finding| finding.path.clone()).collect::<Vec<_>>()
    };
    for (keys, path) in [
        ("exclude: [requester]", "exclude"),
        ("allow_self: { reason: alone }", "allow_self"),
        ("severity: { critical: show }", "severity.critical"),
        ("expires_after: 25h", "expires_after"),
        ("min_wait: 5m", "min_wait"),
        ("min_wait: none", "min_wait"),
        ("approve: { comment: optional }", "approve.comment"),
        ("gates: [{ name: two, group: g, quorum: 1 }]", "gates"),
        ("auto_approve: { when: rollback }", "auto_approve"),
    ] {
        assert_eq!(of(keys), [format!("environments.production.{path}")], "{keys}");
    }
    for keys in [
        "exclude: [requester, authors]",
        "min_wait: 1h",
        "severity: { critical: block }",
        "gates: [{ name: two, group: g, quorum: 2 }]",
    ] {
        assert_eq!(of(keys), Vec::<String>::new(), "{keys}");
    }
}

#[test]
fn exceptions_are_for_the_environments_they_name() {
    let both = Both::new(
        "version: 1\naccept:\n  - { flag: metric.regressed, why: a, until: 9998-01-01, by: octocat }\n  \
         - { flag: licence.changed, why: b, until: 9998-01-01, by: octocat, environment: 'prod*' }\n",
        "",
    );
    let flags = |name: &str| both.files().exceptions(name).into_iter().map(|one| one.flag).collect::<Vec<_>>();
    assert_eq!(flags("production"), ["metric.regressed", "licence.changed"]);
    assert_eq!(flags("staging"), ["metric.regressed"]);
}

#[test]
fn stages_open_one_after_the_other_and_side_by_side_together() {
    let both = Both::new(
        "version: 1\ngroups: { g: { permission: write } }\nenvironments:\n  production:\n    gates:\n      - { name: A, group: g, quorum: 1 }\n      \
         - side_by_side: [{ name: B, group: g, quorum: 1 }, { name: C, group: g, quorum: 1 }]\n      - { name: D, group: g, quorum: 1 }\n",
        "",
    );
    let stages: Vec<(usize, String)> =
        both.rules("production").gates.value.into_iter().map(|gate| (gate.stage, gate.name)).collect();
    assert_eq!(stages, [(0, "A".into()), (1, "B".into()), (1, "C".into()), (2, "D".into())]);
}
