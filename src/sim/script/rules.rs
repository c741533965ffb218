//! Policies that the stories play by, as a repository would write them.

/// Two gates, the second one only for a risky change.
pub const TWO_GATES: &str = r#"version: 1
groups:
  reviewers: { github_teams: [acme/ml] }
  leads: { permission: admin }
environments:
  production:
    severity: { critical: approve }
    gates:
      - { name: Model review, group: reviewers, quorum: 1 }
      - { name: Risk sign-off, group: leads, quorum: 1, when: risk >= HIGH }
    expires_after: 8h
    remind: { every: 2h }
    break_glass: { group: leads, review: { within: 24h, by: reviewers } }
"#;

/// One gate that is asked for again and again, for half a day.
pub const REMINDERS: &str = r#"version: 1
groups:
  reviewers: { github_teams: [acme/ml] }
environments:
  production:
    gates: [{ name: Model review, group: reviewers, quorum: 1 }]
    expires_after: 12h
    remind: { every: 4h }
"#;

/// Two approvals, and a way past them in an emergency.
pub const EMERGENCY: &str = r#"version: 1
groups:
  reviewers: { github_teams: [acme/ml] }
  on_call: { permission: admin }
environments:
  production:
    gates: [{ name: Model review, group: reviewers, quorum: 2 }]
    break_glass: { group: on_call, review: { within: 24h, by: reviewers } }
"#;

/// A newer deployment takes the place of an older one that still waits.
pub const NEWEST_ONLY: &str = r#"version: 1
groups:
  reviewers: { github_teams: [acme/ml] }
environments:
  production:
    gates: [{ name: Model review, group: reviewers, quorum: 1 }]
    severity: { critical: approve }
    supersede: reject
"#;
