//! What a request is held to: frozen when first read, and only ever added to while the request is open (R9, H14 to H16).

use super::{Work, timing};
use crate::domain::effect::Effect;
use crate::domain::fresh::PoliciesRead;
use crate::domain::gate::{FrozenPolicy, Policies, PolicyFound, Role};
use crate::domain::rules::MAX_EXPIRY_MS;
use crate::domain::thread::ThreadLine;
use crate::domain::time::MINUTE_MS;

/// Takes in what was read: the first policies become the request's own; later ones can only ask for more.
pub(super) fn take(work: &mut Work, read: &PoliciesRead) {
    let PolicyFound::Policies(now) = &read.now else { return evaluate_again(work, &read.again) };
    if work.request.policy.is_none() {
        return freeze(work, now);
    }
    evaluate_again(work, &read.again);
    follow_changes(work, now);
}

fn freeze(work: &mut Work, found: &Policies) {
    let lasting = found.all().map(|policy| policy.timing.expires_after_ms).min().unwrap_or(MAX_EXPIRY_MS);
    let lasts_ms = lasting.clamp(MINUTE_MS, MAX_EXPIRY_MS);
    let expires_at = work.request.opened_at.plus_millis(lasts_ms);
    if expires_at != work.request.expires_at {
        work.request.expires_at = expires_at;
        work.later(Effect::Expire, expires_at.millis_since(work.at).max(0));
    }
    work.request.policy = Some(found.clone());
    timing::start(work);
    timing::follow_newer(work);
}

/// The outcomes of conditions as they are now: a gate that asked once goes on asking, an automatic approval that was
/// refused once stays refused.
fn evaluate_again(work: &mut Work, again: &[FrozenPolicy]) {
    let Some(held) = &mut work.request.policy else { return };
    for policy in held.all_mut() {
        let same = |later: &&FrozenPolicy| later.role == policy.role && later.digest == policy.digest;
        if let Some(later) = again.iter().find(same) {
            take_outcomes(policy, later);
        }
    }
}

fn take_outcomes(policy: &mut FrozenPolicy, later: &FrozenPolicy) {
    for gate in &mut policy.gates {
        let same = later.gates.iter().find(|other| other.name == gate.name);
        if let (Some(when), Some(now)) = (&mut gate.when, same.and_then(|gate| gate.when.as_ref())) {
            when.ask_also(&now.outcome);
        }
    }
    if let (Some(auto), Some(now)) = (&mut policy.auto_approve, &later.auto_approve) {
        auto.allow_only(&now.outcome);
    }
}

/// Policies that differ now from those the request opened with have to be met as well; only the newest of them, because
/// nobody could still follow one that was replaced.
fn follow_changes(work: &mut Work, now: &Policies) {
    let Some(mut held) = work.request.policy.clone() else { return };
    let before: Vec<_> = held.besides.iter().map(|policy| (policy.role, policy.digest)).collect();
    let frozen =
        |role: Role, held: &Policies| held.all().find(|policy| policy.role == role).map(|policy| policy.digest);
    let differs = |policy: &&FrozenPolicy| {
        policy.role != Role::AtLive && frozen(policy.role, &held).is_none_or(|digest| digest != policy.digest)
    };
    let changed: Vec<FrozenPolicy> = now.all().filter(differs).cloned().collect();
    let earlier = |policy: &FrozenPolicy| {
        held.besides.iter().find(|old| old.role == policy.role && old.digest == policy.digest).cloned()
    };
    let added: Vec<FrozenPolicy> = changed
        .into_iter()
        .map(|policy| {
            let fresh = FrozenPolicy { role: policy.role.now(), ..policy };
            match earlier(&fresh) {
                Some(mut known) => {
                    take_outcomes(&mut known, &fresh);
                    known
                }
                None => fresh,
            }
        })
        .collect();
    held.besides.retain(|policy| !matches!(policy.role, Role::OwnNow | Role::FloorNow));
    held.besides.extend(added);
    let after: Vec<_> = held.besides.iter().map(|policy| (policy.role, policy.digest)).collect();
    work.request.policy = Some(held);
    if before != after {
        work.show(ThreadLine::PolicyChanged);
    }
}
