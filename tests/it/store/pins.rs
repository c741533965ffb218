//! Names stand for what they stood for first.

use countersign::store::PinKind;

use super::{on_both_databases, write_with};

on_both_databases! {
    async fn a_name_stays_pinned_to_the_id_it_had_first(db: Database) {
        let store = db.store().await;
        assert_eq!(store.pinned(PinKind::Team, "acme/ml").await.unwrap(), None);
        let first = write_with!(store, [] |tx| tx.pin(PinKind::Team, "Acme/ML", "5").await).unwrap();
        let second = write_with!(store, [] |tx| tx.pin(PinKind::Team, "acme/ml", "7").await).unwrap();
        assert_eq!((first.as_str(), second.as_str()), ("5", "5"));
        assert_eq!(store.pinned(PinKind::Team, "ACME/ml").await.unwrap().as_deref(), Some("5"));
        assert_eq!(store.pinned(PinKind::UserGroup, "acme/ml").await.unwrap(), None, "names of another kind");
        let group = write_with!(store, [] |tx| tx.pin(PinKind::UserGroup, "acme/ml", "S0ML").await).unwrap();
        assert_eq!(group, "S0ML");
    }
}
