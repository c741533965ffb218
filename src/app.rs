//! Puts the parts together and runs them. No decision about approvals is made here.

pub mod runtime;
pub mod server;
pub mod shutdown;

use crate::config::ServeSettings;
use crate::web::ConnectionLimits;

/// Runs the server until a signal asks it to stop.
///
/// # Errors
/// When the address cannot be bound or signals cannot be caught.
pub async fn serve(settings: ServeSettings) -> anyhow::Result<()> {
    let stop = shutdown::on_signal()?;
    let limits = ConnectionLimits::new(settings.limits.max_connections);
    let metrics = crate::telemetry::metrics::Metrics::start();
    let web = crate::web::Web {
        doors: Vec::new(),
        intake: std::sync::Arc::new(|_| Box::pin(async { Err(crate::web::IntakeError::Unavailable("no engine".to_owned())) })),
        clock: crate::ports::Clock::System,
        body_timeout: settings.limits.body_timeout,
        ready: std::sync::Arc::new(|| Box::pin(async { Err("the engine is not wired in".to_owned()) })),
        metrics: std::sync::Arc::new(move || metrics.render()),
        observe: |_, _| {},
        audit: None,
    };
    let server = server::Server::start(settings.listen, crate::web::router(web), limits, stop.clone()).await?;
    shutdown::bounded(&stop, server.stopped()).await;
    Ok(())
}
