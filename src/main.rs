//! The `countersign` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    // First of all: some dependency could turn a second provider on, and the first client would panic.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    countersign::cli::run(std::env::args_os())
}
