//! The log: lines for people or JSON for machines, on standard error.

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{LogFormat, LogSettings};

/// Starts logging to standard error, once per process.
///
/// # Errors
/// When the filter cannot be read, or logging has been started before.
pub fn start(settings: &LogSettings) -> anyhow::Result<()> {
    let subscriber = subscriber(settings, std::io::stderr)?;
    tracing::subscriber::set_global_default(subscriber).context("logging has been started already")
}

/// A subscriber that writes to `writer`.
fn subscriber<W>(settings: &LogSettings, writer: W) -> anyhow::Result<Box<dyn tracing::Subscriber + Send + Sync>>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = filter(settings)?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(false);
    Ok(match settings.format {
        LogFormat::Text => Box::new(builder.finish()),
        LogFormat::Json => Box::new(builder.json().flatten_event(true).finish()),
    })
}

fn filter(settings: &LogSettings) -> anyhow::Result<EnvFilter> {
    EnvFilter::builder().parse(&settings.filter).with_context(|| {
        format!("log.filter `{}` is not a list of levels, as in `info,countersign::web=debug`", settings.filter)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: LogFormat, filter: &str) -> String {
        let page = Page::default();
        let writer = page.clone();
        let settings = LogSettings { format, filter: filter.to_owned() };
        let subscriber = subscriber(&settings, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(delivery.id = "d-1", "stored delivery d-1");
            tracing::debug!("a detail");
        });
        let bytes = page.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn json_lines_can_be_read_by_machines() {
        let line: serde_json::Value = serde_json::from_str(&logged(LogFormat::Json, "info")).unwrap();
        assert_eq!(line["message"], "stored delivery d-1");
        assert_eq!(line["delivery.id"], "d-1");
    }

    #[test]
    fn the_filter_decides_what_is_logged() {
        assert!(!logged(LogFormat::Text, "info").contains("a detail"));
        assert!(logged(LogFormat::Text, "debug").contains("a detail"));
        let broken = LogSettings { format: LogFormat::Text, filter: "info,=,=".to_owned() };
        assert!(start(&broken).is_err());
    }
}
