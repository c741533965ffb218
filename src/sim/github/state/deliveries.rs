//! Webhook deliveries: what waits to be sent, what was sent, what was answered.

use std::time::Duration;

use crate::domain::Timestamp;

use super::State;

/// A delivery on its way.
#[derive(Debug, Clone)]
pub struct QueuedDelivery {
    pub due: Timestamp,
    pub delivery: Delivery,
}

/// One delivery with what was sent and what came back. Never repeated by GitHub itself.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Of this attempt; a redelivery has a new one.
    pub id: u64,
    /// Of the event; a redelivery keeps it.
    pub guid: String,
    pub event: String,
    pub action: Option<String>,
    pub installation: Option<u64>,
    pub repository: Option<u64>,
    pub redelivery: bool,
    /// The exact bytes signed and sent.
    pub body: Vec<u8>,
    pub request_headers: Vec<(String, String)>,
    pub delivered_at: Timestamp,
    pub duration: Duration,
    /// 0 when there was no answer at all.
    pub status_code: u16,
    /// `OK`, `timed out`, `failed to connect to host`, or `Invalid HTTP Response: 500`.
    pub status: String,
    pub response_headers: Vec<(String, String)>,
    pub response_body: String,
}

/// What happens on the way to deliveries of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnTheWay {
    /// Arrives that many milliseconds later.
    Late(i64),
    /// Is never made: nothing is sent, nothing is listed.
    Lost,
    /// Arrives twice under two GUIDs.
    Twice,
}

/// Applies to the next `times` deliveries of an event (any action when `None`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookRule {
    pub event: String,
    pub action: Option<String>,
    pub fate: OnTheWay,
    pub times: usize,
}

impl State {
    /// Uses up one matching rule.
    pub(in crate::sim::github) fn fate_of(&mut self, event: &str, action: Option<&str>) -> Option<OnTheWay> {
        let matches = |rule: &HookRule| {
            rule.times > 0 && rule.event == event && (rule.action.is_none() || rule.action.as_deref() == action)
        };
        let rule = self.hook_rules.iter_mut().find(|rule| matches(rule))?;
        rule.times -= 1;
        Some(rule.fate.clone())
    }

    /// Deliveries GitHub still shows, newest first.
    pub(in crate::sim::github) fn kept_deliveries(&self) -> Vec<&Delivery> {
        let oldest = self.now.plus_millis(-self.options.timing.deliveries_kept_ms);
        let mut kept: Vec<&Delivery> = self.deliveries.iter().filter(|one| one.delivered_at >= oldest).collect();
        kept.sort_by_key(|delivery| std::cmp::Reverse(delivery.id));
        kept
    }

    /// Queues the same event again under the same GUID. False when GitHub no longer keeps it.
    pub fn redeliver(&mut self, guid: &str) -> bool {
        let Some(mut again) = self.kept_deliveries().into_iter().find(|one| one.guid == guid).cloned() else {
            return false;
        };
        again.id = self.fresh_id();
        again.redelivery = true;
        again.status_code = 0;
        again.status.clear();
        again.response_headers.clear();
        again.response_body.clear();
        self.queued.push_back(QueuedDelivery { due: self.now, delivery: again });
        true
    }
}
