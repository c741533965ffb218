//! Metrics, as Prometheus reads them: names, what they count, and the page.

use std::sync::OnceLock;

use metrics::{Unit, describe_counter, describe_gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Deliveries by `source` (forge, chat_interaction, …) and `outcome` (stored, duplicate, unauthorized, …).
pub const DELIVERIES: &str = "countersign_deliveries_total";
/// Effects performed, by `kind` and `outcome` (done, again, gave_up).
pub const EFFECTS: &str = "countersign_effects_total";
/// Effects nobody will try again, by `kind`: somebody must look.
pub const GAVE_UP: &str = "countersign_gave_up_total";
/// Authentic deliveries that could not be used and were parked, by `source`.
pub const PARKED: &str = "countersign_deliveries_parked_total";
/// Looks at pull requests that failed, by `outcome` (again, gave_up, dropped).
pub const PREVIEWS: &str = "countersign_previews_total";

/// Connections to Slack that take what comes, in Socket Mode.
pub const SOCKETS_OPEN: &str = "countersign_slack_sockets_open";
/// Connections to Slack that ended, by `why` (replaced, dropped, silent, not_opened, link_disabled, …): each is opened anew.
pub const SOCKET_ENDS: &str = "countersign_slack_socket_ends_total";
/// What came over connections to Slack, by `source` and `outcome` (stored, duplicate, answered, unavailable, unreadable).
pub const ENVELOPES: &str = "countersign_slack_envelopes_total";
/// Questions about people and groups, by `what` and `outcome` (asked, kept).
pub const LOOKUPS: &str = "countersign_lookups_total";

/// The page of metrics. Clones show the same numbers.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// Starts recording, once per process; later calls return the same page.
    pub fn start() -> Self {
        static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
        Self { handle: HANDLE.get_or_init(record).clone() }
    }

    /// The page, in Prometheus' text format.
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }
}

/// Where a recorder is in place already, ours stays unused and its page empty.
fn record() -> PrometheusHandle {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::error!("another metrics recorder is in place: /metrics stays empty");
    }
    describe();
    handle
}

fn describe() {
    describe_counter!(DELIVERIES, Unit::Count, "Deliveries by source and outcome");
    describe_counter!(EFFECTS, Unit::Count, "Effects performed by kind and outcome");
    describe_counter!(GAVE_UP, Unit::Count, "Effects that nobody will try again, by kind");
    describe_counter!(PREVIEWS, Unit::Count, "Looks at pull requests that failed, by outcome");
    describe_gauge!(SOCKETS_OPEN, Unit::Count, "Connections to Slack that take what comes");
    describe_counter!(SOCKET_ENDS, Unit::Count, "Connections to Slack that ended, by why");
    describe_counter!(ENVELOPES, Unit::Count, "What came over connections to Slack, by source and outcome");
    describe_counter!(
        LOOKUPS,
        Unit::Count,
        "Questions about people and groups, asked of the vendors or answered from memory"
    );
    describe_counter!(PARKED, Unit::Count, "Authentic deliveries that could not be used and were parked, by source");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_on_the_page() {
        let page = Metrics::start();
        metrics::counter!(GAVE_UP, "kind" => "a_test").increment(2);
        assert!(page.render().contains("countersign_gave_up_total{kind=\"a_test\"} 2"));
        assert_eq!(page.render(), Metrics::start().render());
    }
}
