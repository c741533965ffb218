//! The demo's page.
