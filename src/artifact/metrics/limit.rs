//! Limits on a metric, and whether a change keeps to them.
//!
//! Bounds are inclusive, numbers decimal, shares relative to the old value's magnitude: 0.90 -> 0.89 is a fall of exactly 0.01
//! and keeps to `max_drop: 0.01`. Where a limit cannot be applied the verdict says so; that is never "pass".

mod amount;

use rust_decimal::Decimal;

use super::compare::worsening;
use super::z::reaches;
use super::{Direction, Incomparable, MetricChange, MetricValue, Outcome};

pub use amount::Amount;

/// What a policy says about one metric. Without any bound everything passes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limit {
    /// Bounds of the new value itself. A share (`90%`) bounds values that are given in percent, a number all others.
    pub min: Option<Amount>,
    pub max: Option<Amount>,
    /// How far the value may fall or rise, whichever way is better.
    pub max_drop: Option<Amount>,
    pub max_rise: Option<Amount>,
    /// How much better it has to become, and may become: too good is suspicious.
    pub min_gain: Option<Amount>,
    pub max_gain: Option<Amount>,
    /// How much worse it may become.
    pub max_worse: Option<Amount>,
    /// Where both sides state their standard error: a difference of fewer of them than this breaks none of `max_drop`,
    /// `max_rise` and `max_worse`.
    pub min_z: Option<Decimal>,
    /// Missing and incomparable count as failed.
    pub required: bool,
}

/// What a limit says about one metric. `why` is a clause without its subject: `fell by 0.02 (limit 0.01)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    Fail { why: String },
    Incomparable { why: String },
}

/// Judges a value and what it was before. Without a value before, only the bounds of the value itself are judged.
pub fn judge(
    limit: &Limit,
    direction: Direction,
    before: Option<&MetricValue>,
    after: Option<&MetricValue>,
) -> Verdict {
    let verdict = match after {
        None => incomparable("is not reported"),
        Some(after) => match before {
            Some(before) => worst([of_value(limit, after), of_change(limit, direction, before, after)]),
            None => of_value(limit, after),
        },
    };
    as_required(limit, verdict)
}

impl MetricChange {
    /// Judges the change. What was measured differently, or is said in several ways, has no difference to judge.
    pub fn judge(&self, limit: &Limit) -> Verdict {
        let why = match &self.outcome {
            Outcome::Incomparable(Incomparable::MeasuredDifferently(fields)) => {
                format!("was measured differently ({})", fields.join(", "))
            }
            Outcome::Incomparable(Incomparable::Ambiguous) => "is given several values".to_owned(),
            _ => return judge(limit, self.direction, self.before.as_ref(), self.after.as_ref()),
        };
        let of_value = self.after.as_ref().map_or(Verdict::Pass, |after| of_value(limit, after));
        let is_ambiguous = self.outcome == Outcome::Incomparable(Incomparable::Ambiguous);
        let of_change = match limit.bounds_change() || is_ambiguous {
            true => Verdict::Incomparable { why },
            false => Verdict::Pass,
        };
        as_required(limit, worst([of_value, of_change]))
    }
}

impl Limit {
    fn bounds_change(&self) -> bool {
        [self.max_drop, self.max_rise, self.min_gain, self.max_gain, self.max_worse].iter().any(Option::is_some)
    }
}

fn as_required(limit: &Limit, verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Incomparable { why } if limit.required => Verdict::Fail { why: format!("{why}, and it is required") },
        other => other,
    }
}

/// A broken bound says more than one that could not be applied.
fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Fail { .. } => 0,
        Verdict::Incomparable { .. } => 1,
        Verdict::Pass => 2,
    };
    verdicts.into_iter().min_by_key(rank).unwrap_or(Verdict::Pass)
}

fn of_value(limit: &Limit, after: &MetricValue) -> Verdict {
    if limit.min.is_none() && limit.max.is_none() {
        return Verdict::Pass;
    }
    let Some(number) = after.number() else { return incomparable("is not a number") };
    let min =
        limit.min.map(|bound| outside(number, after, bound, |number, bound| number >= bound, "below the minimum"));
    let max =
        limit.max.map(|bound| outside(number, after, bound, |number, bound| number <= bound, "above the maximum"));
    worst([min, max].into_iter().flatten())
}

fn outside(
    number: Decimal,
    value: &MetricValue,
    bound: Amount,
    holds: fn(Decimal, Decimal) -> bool,
    words: &str,
) -> Verdict {
    let limit = match (bound, value.unit()) {
        (Amount::Share(share), Some("%")) => share.checked_mul(Decimal::ONE_HUNDRED),
        (Amount::Share(_), _) => return incomparable("is not in percent, and its limit is"),
        (Amount::Number(_), Some("%")) => return incomparable("is in percent, and its limit is not"),
        (Amount::Number(limit), _) => Some(limit),
    };
    match limit.is_some_and(|limit| holds(number, limit)) {
        true => Verdict::Pass,
        false => Verdict::Fail { why: format!("is {words} {bound}") },
    }
}

/// A value and the one before, both numbers of one unit.
struct Pair<'a> {
    before: &'a MetricValue,
    after: &'a MetricValue,
    old: Decimal,
    new: Decimal,
}

fn of_change(limit: &Limit, direction: Direction, before: &MetricValue, after: &MetricValue) -> Verdict {
    if !limit.bounds_change() {
        return Verdict::Pass;
    }
    let (Some(old), Some(new)) = (before.number(), after.number()) else {
        return incomparable("cannot be compared: not both values are numbers");
    };
    if before.unit() != after.unit() {
        return incomparable("cannot be compared: the units differ");
    }
    let pair = Pair { before, after, old, new };
    let (fall, rise) = (old.checked_sub(new), new.checked_sub(old));
    let worse = worsening(direction, old, new);
    let gain = worse.map(|worse| Decimal::ZERO - worse);
    worst(
        [
            limit.max_drop.map(|bound| pair.at_most(bound, fall, limit.min_z, "fell")),
            limit.max_rise.map(|bound| pair.at_most(bound, rise, limit.min_z, "rose")),
            limit.max_worse.map(|bound| pair.at_most(bound, worse, limit.min_z, "is worse")),
            limit.max_gain.map(|bound| pair.at_most(bound, gain, None, "is better")),
            limit.min_gain.map(|bound| pair.at_least(bound, gain)),
        ]
        .into_iter()
        .flatten(),
    )
}

impl Pair<'_> {
    /// `amount` may not exceed the bound, unless it is fewer than `min_z` standard errors.
    fn at_most(&self, bound: Amount, amount: Option<Decimal>, min_z: Option<Decimal>, words: &str) -> Verdict {
        let Some(amount) = amount else { return no_direction() };
        // Whatever the bound, and relative to whatever.
        if amount.is_zero() || amount.is_sign_negative() {
            return Verdict::Pass;
        }
        let Some(measured) = self.measure(bound, amount) else { return self.no_share() };
        let is_noise = min_z.and_then(|min_z| reaches(self.before, self.after, min_z)) == Some(false);
        match measured.number() <= bound.number() || is_noise {
            true => Verdict::Pass,
            false => Verdict::Fail { why: format!("{words} by {} (limit {bound})", measured.rounded()) },
        }
    }

    fn at_least(&self, bound: Amount, gain: Option<Decimal>) -> Verdict {
        let Some(gain) = gain else { return no_direction() };
        let enough = match self.measure(bound, gain) {
            Some(measured) => measured.number() >= bound.number(),
            None if gain.is_zero() || gain.is_sign_negative() => false,
            None => return self.no_share(),
        };
        match enough {
            true => Verdict::Pass,
            false if gain.is_sign_negative() => Verdict::Fail { why: format!("is worse, and {bound} better is asked") },
            false => Verdict::Fail { why: format!("is better by {} only ({bound} is asked)", gain.normalize()) },
        }
    }

    /// The amount in the terms of the bound; none where it would be a share of 0.
    fn measure(&self, bound: Amount, amount: Decimal) -> Option<Amount> {
        match bound {
            Amount::Number(_) => Some(Amount::Number(amount)),
            Amount::Share(_) => amount.checked_div(self.old.abs()).map(Amount::Share),
        }
    }

    fn no_share(&self) -> Verdict {
        incomparable(&format!("went from {} to {}, and nothing is a share of that", self.old, self.new))
    }
}

fn no_direction() -> Verdict {
    incomparable("cannot be judged: it is not known which way is better")
}

fn incomparable(why: &str) -> Verdict {
    Verdict::Incomparable { why: why.to_owned() }
}

#[cfg(test)]
mod tests;
