//! Senders: keep-alive HTTP/1.1 connections on a thread of their own, each sending the next delivery once the last
//! one was acknowledged.

use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::number::percentile;

/// What a level of load came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub took: Duration,
    /// Of every acknowledgement, shortest first.
    pub latencies: Vec<Duration>,
}

impl Outcome {
    pub fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    pub fn percentile(&self, share: f64) -> Duration {
        percentile(&self.latencies, share)
    }
}

/// Sends all of `requests` (whole HTTP requests) over that many connections; every one must be acknowledged.
pub async fn send(target: SocketAddr, requests: Arc<Vec<Vec<u8>>>, connections: usize) -> anyhow::Result<Outcome> {
    let work = move || -> anyhow::Result<Outcome> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(send_here(target, &requests, connections))
    };
    let thread = std::thread::spawn(work);
    // The simulated vendors keep being served meanwhile.
    let joined = tokio::task::spawn_blocking(move || thread.join()).await?;
    joined.map_err(|_| anyhow::anyhow!("the senders broke"))?
}

async fn send_here(target: SocketAddr, requests: &[Vec<u8>], connections: usize) -> anyhow::Result<Outcome> {
    let streams = (0..connections).map(|_| TcpStream::connect(target));
    let streams = futures::future::try_join_all(streams).await.context("connect to the server")?;
    let next = Cell::new(0);
    let started = Instant::now();
    let senders = streams.into_iter().map(|stream| sender(stream, requests, &next));
    let latencies = futures::future::try_join_all(senders).await?;
    let took = started.elapsed();
    let mut latencies: Vec<Duration> = latencies.into_iter().flatten().collect();
    latencies.sort_unstable();
    Ok(Outcome { took, latencies })
}

async fn sender(mut stream: TcpStream, requests: &[Vec<u8>], next: &Cell<usize>) -> anyhow::Result<Vec<Duration>> {
    stream.set_nodelay(true)?;
    let (mut latencies, mut buffer) = (Vec::new(), Vec::with_capacity(1_024));
    while let Some(request) = requests.get(next.get()) {
        next.set(next.get() + 1);
        let started = Instant::now();
        stream.write_all(request).await?;
        let status = answer(&mut stream, &mut buffer).await?;
        latencies.push(started.elapsed());
        ensure!((200..300).contains(&status), "a request was answered {status}");
    }
    Ok(latencies)
}

/// Reads one answer and drops its body.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> anyhow::Result<u16> {
    buffer.clear();
    loop {
        if let Some((status, length)) = read_head(buffer)?
            && buffer.len() >= length
        {
            return Ok(status);
        }
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server closed the connection");
        }
    }
}

/// Status, and how long head and body are together; nothing while the head is not all there.
fn read_head(buffer: &[u8]) -> anyhow::Result<Option<(u16, usize)>> {
    let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(buffer.get(..end).unwrap_or_default())?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).context("not an HTTP answer")?;
    let length = head.lines().filter_map(|line| line.split_once(':'));
    let mut length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.next().map_or(Ok(0), |(_, value)| value.trim().parse())?;
    Ok(Some((status, end + 4 + length)))
}
