//! The runtime all asynchronous work runs on.

use tokio::runtime::{Builder, Runtime};

/// Threads for blocking calls: file look-ups and DNS, nothing that takes long.
const BLOCKING_THREADS: usize = 8;

/// One worker per core; few threads besides, so that an idle server stays small.
pub fn start() -> std::io::Result<Runtime> {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    Builder::new_multi_thread()
        .worker_threads(cores)
        .max_blocking_threads(BLOCKING_THREADS)
        .thread_name("countersign")
        .enable_all()
        .build()
}
