//! SIGTERM under load: an orderly end.

use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::killing::{calm_down, check, number};
use super::load::Load;
use super::program::Program;
use super::vendors::Vendors;

/// Ten seconds are promised; a slow machine gets a few more.
const END_WITHIN: Duration = Duration::from_secs(15);

/// P9: it ends by itself, finishes or leaves what it had begun, and not even a message is doubled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_under_load_ends_it_in_order() {
    let seed = number("COUNTERSIGN_TEST_CRASH_SEED").unwrap_or_else(rand::random);
    println!("stop test: seed {seed}");
    let vendors = Vendors::start().await;
    let program = Program::install(&vendors);
    vendors.point_at(program.address);
    let (load, tasks) = Load::start(&vendors, seed);
    for _ in 0..3 {
        let mut running = program.start();
        running.ready().await;
        load.set_up(true);
        tokio::time::sleep(Duration::from_millis(900)).await;
        assert_eq!(running.terminate(END_WITHIN).await.code(), Some(0));
        load.set_up(false);
    }
    let running = calm_down(&program, &vendors, &load, &mut StdRng::seed_from_u64(seed)).await;
    assert_eq!(running.terminate(END_WITHIN).await.code(), Some(0));
    load.stop();
    for task in tasks {
        task.await.expect("the load does not break");
    }
    let summary = check(&program, &vendors, &load, &[]).await;
    println!("stop test: 4 stops, {summary}");
}
