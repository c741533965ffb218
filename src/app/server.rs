//! The listening side: binds, says where, serves until asked to stop.

use std::net::SocketAddr;

use anyhow::Context as _;
use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::ServeSettings;
use crate::web::{self, ConnectionLimits};

/// A server that is bound and serves.
pub struct Server {
    /// Where it listens; the port is real even where 0 was asked for.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

/// A server that is bound, and does not serve yet.
pub struct Bound {
    /// Where it will listen; the port is real even where 0 was asked for.
    pub address: SocketAddr,
    listener: TcpListener,
    limits: ConnectionLimits,
}

impl Bound {
    /// # Errors
    /// When the address cannot be bound.
    pub async fn at(settings: &ServeSettings) -> anyhow::Result<Self> {
        let (listen, limits) = (settings.listen, ConnectionLimits::new(settings.limits.max_connections));
        let listener =
            TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen} (server.listen)"))?;
        let address = listener.local_addr().context("cannot tell the address listened on")?;
        Ok(Self { address, listener, limits })
    }

    /// Starts to serve `router` until `stop`.
    pub fn serve(self, router: Router, stop: CancellationToken) -> Server {
        let Self { address, listener, limits } = self;
        tracing::info!(address = %address, "listening on http://{address}");
        let task = spawn(web::serve(listener, router, limits, stop));
        Server { address, task }
    }
}

impl Server {
    /// Binds and starts to serve `router` until `stop`.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start(settings: &ServeSettings, router: Router, stop: CancellationToken) -> anyhow::Result<Self> {
        Ok(Bound::at(settings).await?.serve(router, stop))
    }

    /// Waits until the server has stopped and every request has been answered or cut off.
    pub async fn stopped(self) {
        if let Err(error) = self.task.await {
            tracing::error!(error = %error, "the server's task failed");
        }
    }
}

/// Starts a task of the application. What must end with the process in order is awaited by its handle.
#[expect(clippy::disallowed_methods, reason = "the one place that starts the application's tasks")]
pub fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    tokio::spawn(task)
}
