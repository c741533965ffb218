//! Members of archives, each looked at by its content.

use super::look::{Look, Place};
use super::{Format, Verdict};
use crate::artifact::container::packed::{End, unpack};
use crate::artifact::container::zip::{Archive, Entry, Method};
use crate::artifact::container::{Part, head, keras, npy, tar, zip};
use crate::artifact::source::{Source, SourceError};

/// A configuration of more bytes is not read.
const CONFIG_LIMIT: u64 = 8 << 20;

impl Look<'_> {
    /// A file as a zip archive; none where it is no such thing.
    pub fn zip(&mut self, source: &dyn Source, place: &Place) -> Result<Option<Format>, SourceError> {
        if self.has_no_containers_left() {
            return Ok(self.may_open(place).then_some(Format::Zip));
        }
        let Some(archive) = zip::read(source)? else { return Ok(None) };
        let format = format(&archive, source)?;
        if !self.may_open(place) {
            return Ok(Some(format));
        }
        self.opened += 1;
        for oddity in &archive.oddities {
            self.oddity(oddity, place);
        }
        self.keras(&archive, source, place)?;
        if archive.entries.iter().any(|entry| is_torchscript(&entry.name)) {
            let why = "It carries TorchScript, code that runs when the model is used.".to_owned();
            self.say(Verdict::Suspicious, place, why);
        }
        let mut members = Members::new(self, place, archive.is_cut);
        for entry in &archive.entries {
            if !members.may_go_on() {
                break;
            }
            members.look.entry(entry, source, place)?;
        }
        for (start, length) in &archive.strays {
            if !members.may_go_on() {
                break;
            }
            let inner = place.inside(&format!("(bytes at {start})"), false);
            members.look.content(&Part::new(source, *start, *length), &inner)?;
        }
        Ok(Some(format))
    }

    fn entry(&mut self, entry: &Entry, source: &dyn Source, place: &Place) -> Result<(), SourceError> {
        let data = Part::new(source, entry.data, entry.packed_bytes);
        if data.size() == 0 {
            return Ok(());
        }
        let inner = place.inside(&entry.name, false);
        if entry.is_encrypted {
            // Some readers ignore the mark, so the data is looked at as it is all the same.
            self.say(Verdict::Unscannable, &inner, "It is marked as encrypted.".to_owned());
            self.content(&data, &inner)?;
        }
        match entry.method {
            Method::Stored if entry.is_encrypted => {}
            Method::Stored => {
                self.content(&data, &inner)?;
            }
            Method::Packed(packing) => self.packed(&data, packing, &Place { is_at_hand: true, ..inner })?,
            Method::Other(number) => {
                self.say(
                    Verdict::Unscannable,
                    &inner,
                    format!("It is compressed by method {number}, which is not read."),
                );
            }
        }
        Ok(())
    }

    pub(super) fn tar(&mut self, source: &dyn Source, place: &Place) -> Result<(), SourceError> {
        self.opened += 1;
        let archive = tar::read(source)?;
        for oddity in &archive.oddities {
            self.oddity(oddity, place);
        }
        let mut members = Members::new(self, place, archive.is_cut);
        let rest =
            archive.rest.map(|(data, bytes)| tar::Entry { name: "(behind the archive)".to_owned(), data, bytes });
        for entry in archive.entries.iter().chain(&rest) {
            if !members.may_go_on() {
                break;
            }
            let inner = place.inside(&entry.name, false);
            members.look.content(&Part::new(source, entry.data, entry.bytes), &inner)?;
        }
        Ok(())
    }

    /// Keras reads its configuration by name, and needs nothing else to run what is in it.
    fn keras(&mut self, archive: &Archive, source: &dyn Source, place: &Place) -> Result<(), SourceError> {
        for entry in archive.entries.iter().filter(|entry| entry.name == KERAS_CONFIG) {
            let inner = place.inside(&entry.name, false);
            let config = self.whole_entry(entry, source)?;
            let findings = config.as_deref().and_then(keras::check);
            match findings {
                Some(findings) => {
                    for finding in findings {
                        self.found(finding, &inner);
                    }
                }
                None => self.say(Verdict::Unscannable, &inner, "The model's configuration cannot be read.".to_owned()),
            }
            if place.depth == 0 {
                self.keras_config = self.keras_config.take().or(config);
            }
        }
        Ok(())
    }

    /// All of an entry's bytes, if they are few enough and whole.
    fn whole_entry(&mut self, entry: &Entry, source: &dyn Source) -> Result<Option<Vec<u8>>, SourceError> {
        let data = Part::new(source, entry.data, entry.packed_bytes);
        match entry.method {
            Method::Stored if data.size() <= CONFIG_LIMIT => {
                head(&data, usize::try_from(CONFIG_LIMIT).unwrap_or(usize::MAX)).map(Some)
            }
            Method::Packed(packing) => {
                let unpacked = self.unpacked(&data, packing, CONFIG_LIMIT)?;
                Ok((unpacked.end == End::Whole).then_some(unpacked.bytes))
            }
            _ => Ok(None),
        }
    }
}

/// Keeps count of the members that were more than plain data.
struct Members<'l, 'o, 'p> {
    look: &'l mut Look<'o>,
    place: &'p Place,
    before: u64,
    counted: u32,
}

impl<'l, 'o, 'p> Members<'l, 'o, 'p> {
    fn new(look: &'l mut Look<'o>, place: &'p Place, is_cut: bool) -> Self {
        if is_cut {
            look.say(
                Verdict::Unscannable,
                place,
                "The archive has more entries or oddities than are looked at.".to_owned(),
            );
        }
        let before = look.opened;
        Self { look, place, before, counted: 0 }
    }

    /// Asked before each member; says so when there are too many.
    fn may_go_on(&mut self) -> bool {
        let limit = self.look.options.limits.members;
        self.counted += u32::from(self.look.opened > self.before);
        self.before = self.look.opened;
        if self.counted >= limit {
            let why = format!("More than {limit} members would have to be looked into.");
            self.look.say(Verdict::Unscannable, self.place, why);
        }
        self.counted < limit
    }
}

const KERAS_CONFIG: &str = "config.json";

/// What a zip archive is for, by the names under which programs look for things in it.
pub fn format(archive: &Archive, source: &dyn Source) -> Result<Format, SourceError> {
    let has = |name: &str| archive.entries.iter().any(|entry| entry.name == name);
    if archive.entries.iter().any(|entry| entry.name == "data.pkl" || entry.name.ends_with("/data.pkl")) {
        return Ok(Format::TorchZip);
    }
    if has(KERAS_CONFIG) && (has("metadata.json") || has("model.weights.h5")) {
        return Ok(Format::Keras);
    }
    let Some(first) = archive.entries.first() else { return Ok(Format::Zip) };
    Ok(if is_array(first, source)? { Format::Npz } else { Format::Zip })
}

fn is_array(entry: &Entry, source: &dyn Source) -> Result<bool, SourceError> {
    let data = Part::new(source, entry.data, entry.packed_bytes);
    let head = match entry.method {
        Method::Packed(packing) => unpack(&data, packing, 16)?.bytes,
        _ => head(&data, 16)?,
    };
    Ok(head.starts_with(npy::MAGIC))
}

fn is_torchscript(name: &str) -> bool {
    name == "constants.pkl" || name.ends_with("/constants.pkl")
}
