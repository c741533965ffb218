//! The page over plain HTTP: who may ask, and that what it links to is there.

use std::net::SocketAddr;
use std::time::Duration;

use countersign::sim::page::{self, Page};
use countersign::sim::world::{World, WorldOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

async fn open() -> (Page, CancellationToken) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let world = World::start(WorldOptions::live()).await.unwrap();
    let (offers, stop) = (page::offers_of_sample(&world.sample), CancellationToken::new());
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    (Page::open(world, listen, offers, "risky", stop.clone()).await.unwrap(), stop)
}

/// Sends a request as it stands, and gives status and whole answer.
async fn exchange(address: SocketAddr, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
    (status, answer)
}

async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    exchange(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")).await
}

/// The page once the message with its evidence stands in the channel.
async fn drawn(address: SocketAddr) -> String {
    for _ in 0..300 {
        let (_, page) = get(address, "/").await;
        if page.contains("approval needed") {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no message came");
}

#[tokio::test]
async fn everything_that_the_page_links_to_is_there() {
    let (page, stop) = open().await;
    let shown = drawn(page.address).await;
    assert!(
        !shown.contains("<script>") && !shown.contains(" style=") && !shown.contains(" onclick"),
        "nothing is inline"
    );
    let links: Vec<&str> = shown.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(links.iter().any(|link| link.contains("/pull/")) && links.iter().any(|link| link.contains("/compare/")));
    for link in links {
        assert!(link.starts_with('/'), "{link} leaves the page");
        let (status, answer) = get(page.address, &link.replace("&amp;", "&")).await;
        assert!(matches!(status, 200 | 303), "{link}: {answer}");
    }
    stop.cancel();
    page.closed().await;
}

#[tokio::test]
async fn only_the_page_itself_may_ask_and_act() {
    let (page, stop) = open().await;
    let address = page.address;
    let (status, _) = exchange(address, "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").await;
    assert_eq!(status, 403, "a name that was pointed at this machine");
    let post = |more: &str| {
        let body = "offer=good";
        format!(
            "POST /github/start HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n{more}\r\n{body}",
            body.len()
        )
    };
    assert_eq!(exchange(address, &post("")).await.0, 403);
    assert_eq!(exchange(address, &post("X-Demo: 1\r\nOrigin: http://evil.example\r\n")).await.0, 403);
    let runs = || page.world().github.read(|state| state.runs.len());
    assert_eq!(runs(), 1, "nothing was started from elsewhere");
    assert_eq!(exchange(address, &post(&format!("X-Demo: 1\r\nOrigin: http://{address}\r\n"))).await.0, 200);
    assert_eq!(runs(), 2);
    stop.cancel();
    page.closed().await;
}
