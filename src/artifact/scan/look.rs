//! Looking at a file: as a stream of pickles, as what its first bytes say, as an archive that ends it; and at what is inside.

use super::findings::Findings;
use super::kinds::{self, Kind};
use super::{FileScan, Format, ScanFinding, ScanOptions, Verdict, detect, hdf5, header};
use crate::artifact::container::{Oddity, Part, wide};
use crate::artifact::lfs::{self, LfsReading};
use crate::artifact::pickle::{self, Budget, Stream, StreamKind};
use crate::artifact::source::{Source, SourceError};
use crate::artifact::text::quoted;

/// Things looked at in one file: entries may lie over one another, and archives in archives.
const LOOKS_LIMIT: u32 = 250_000;
/// Containers opened in one file.
const CONTAINERS_LIMIT: u32 = 256;

/// See [`super::scan`].
pub fn scan(name: &str, source: &dyn Source, options: &ScanOptions<'_>) -> Result<FileScan, SourceError> {
    let mut look = Look {
        options,
        findings: Findings::default(),
        opcodes: Budget::new(options.limits.opcodes),
        unpacked_left: options.limits.unpacked_bytes,
        searched_left: source.size().saturating_mul(2).saturating_add(options.limits.unpacked_bytes),
        looks_left: LOOKS_LIMIT,
        containers_left: CONTAINERS_LIMIT,
        opened: 0,
        has_pickle: false,
        keras_config: None,
    };
    let format = look.file(name, source)?;
    let (header, header_fault) = match header::header(format, source, look.keras_config.as_deref())? {
        Some(Ok(header)) => (Some(header), None),
        Some(Err(why)) => (None, Some(why)),
        None => (None, None),
    };
    let findings = look.findings.sorted();
    let verdict = findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Clean);
    Ok(FileScan { format, verdict, findings, has_pickle: look.has_pickle, header, header_fault })
}

pub struct Look<'a> {
    pub options: &'a ScanOptions<'a>,
    findings: Findings,
    opcodes: Budget,
    pub unpacked_left: u64,
    /// Bytes that may be searched for text.
    searched_left: u64,
    looks_left: u32,
    containers_left: u32,
    /// Pickles and containers looked into so far.
    pub opened: u64,
    has_pickle: bool,
    pub keras_config: Option<Vec<u8>>,
}

/// Where in the file something is.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The members on the way, outermost first.
    pub path: Option<String>,
    /// How many containers are around it.
    pub depth: u8,
    /// All its bytes are at hand, so its end is looked at too.
    pub is_at_hand: bool,
}

impl Place {
    /// A member of what is here.
    pub fn inside(&self, name: &str, is_at_hand: bool) -> Self {
        let name = quoted(name);
        let path = self.path.as_ref().map_or_else(|| name.clone(), |path| format!("{path}/{name}"));
        Self { path: Some(path), depth: self.depth.saturating_add(1), is_at_hand }
    }

    /// A stretch of what is here, at the same depth.
    pub fn part(&self, name: &str) -> Self {
        Self { depth: self.depth, ..self.inside(name, false) }
    }
}

impl<'a> Look<'a> {
    /// The file itself. What cannot be read is unscannable; what is not here ends the scan.
    fn file(&mut self, name: &str, source: &dyn Source) -> Result<Format, SourceError> {
        let place = Place { is_at_hand: true, ..Place::default() };
        let format = match self.pointer_or_file(source, &place) {
            Ok(format) => format,
            Err(SourceError::Missing) => return Err(SourceError::Missing),
            Err(SourceError::Failed(why)) => {
                self.say(Verdict::Unscannable, &place, format!("It could not be read: {why}."));
                Format::Unknown
            }
        };
        if format == Format::Unknown && is_named_like_a_pickle(name) {
            let why = "It is named like a pickle, and its content is nothing known.";
            self.say(Verdict::Unscannable, &place, why.to_owned());
        }
        Ok(format)
    }

    fn pointer_or_file(&mut self, source: &dyn Source, place: &Place) -> Result<Format, SourceError> {
        if source.size() == 0 {
            return Ok(Format::Empty);
        }
        let head = kinds::head(source)?;
        if source.size() == wide(head.len()) {
            match lfs::read_pointer(&head) {
                LfsReading::Pointer(_) => {
                    let why = "It stands for another file in large-file storage, which was not looked at.";
                    self.say(Verdict::Unscannable, place, why.to_owned());
                    return Ok(Format::LfsPointer);
                }
                LfsReading::Invalid { reason } => {
                    let why = format!("It begins like a pointer to large-file storage and is none: {reason}.");
                    self.say(Verdict::Unscannable, place, why);
                    return Ok(Format::LfsPointer);
                }
                LfsReading::NotAPointer => {}
            }
        }
        let mut format = self.content(source, place)?;
        if format == Format::Unknown {
            format = detect::without_magic(source, &head)?;
            if format == Format::Hdf5 {
                self.hdf5(source, place)?;
            }
        }
        Ok(format)
    }

    /// Anything: the file, a member, a part.
    pub fn content(&mut self, source: &dyn Source, place: &Place) -> Result<Format, SourceError> {
        if source.size() == 0 {
            return Ok(Format::Empty);
        }
        let Some(left) = self.looks_left.checked_sub(1) else {
            let why = "It holds more than is looked at in one file.";
            self.say(Verdict::Unscannable, &Place::default(), why.to_owned());
            return Ok(Format::Unknown);
        };
        self.looks_left = left;
        let head = kinds::head(source)?;
        let stream = self.stream(source)?;
        let by_pickle = match stream.kind {
            StreamKind::Pickles => Some(Format::Pickle),
            StreamKind::TorchLegacy => Some(Format::TorchLegacy),
            StreamKind::NotPickles | StreamKind::TooShortToTell => None,
        };
        if by_pickle.is_some() {
            self.pickles(stream, source, 0, place)?;
        }
        let kind = kinds::of(&head, source.size());
        let by_kind = self.kind(kind, source, place)?;
        // A file may end with an archive whatever it begins with, and programs that open archives look at its end.
        let by_end = if kind != Kind::Zip && place.is_at_hand { self.zip(source, place)? } else { None };
        Ok(by_pickle
            .or(Some(by_kind).filter(|format| *format != Format::Unknown))
            .or(by_end)
            .unwrap_or(Format::Unknown))
    }

    fn kind(&mut self, kind: Kind, source: &dyn Source, place: &Place) -> Result<Format, SourceError> {
        if kind == Kind::Zip {
            return Ok(self.zip(source, place)?.unwrap_or(Format::Zip));
        }
        if kind.is_container() && !self.may_open(place) {
            return Ok(kind.format());
        }
        match kind {
            Kind::Tar => self.tar(source, place)?,
            Kind::Npy => self.npy(source, place)?,
            Kind::Packed(packing) => self.packed(source, packing, &place.inside("(unpacked)", true))?,
            Kind::Foreign(what) => {
                self.opened += 1;
                self.say(Verdict::Unscannable, place, format!("It is {what}, which is not read."));
            }
            Kind::Hdf5 => self.hdf5(source, place)?,
            Kind::Zip | Kind::Gguf | Kind::Safetensors | Kind::Other => {}
        }
        Ok(kind.format())
    }

    pub fn has_no_containers_left(&self) -> bool {
        self.containers_left == 0
    }

    /// Whether another container may be opened; says so where not.
    pub fn may_open(&mut self, place: &Place) -> bool {
        let is_too_deep = place.depth >= self.options.limits.depth;
        if is_too_deep {
            let why = format!("Containers are in one another more than {} deep.", self.options.limits.depth);
            self.say(Verdict::Unscannable, place, why);
        } else if self.containers_left == 0 {
            let why = format!("It holds more than {CONTAINERS_LIMIT} containers.");
            self.say(Verdict::Unscannable, &Place::default(), why);
        } else {
            self.containers_left -= 1;
            return true;
        }
        self.opened += 1;
        false
    }

    /// A source read as pickles.
    pub fn stream(&mut self, source: &dyn Source) -> Result<Stream, SourceError> {
        pickle::read(source, self.options.allow_globals, &mut self.opcodes)
    }

    /// What a stream of pickles does, that begins at `start` of what is here.
    pub fn pickles(
        &mut self,
        stream: Stream,
        source: &dyn Source,
        start: u64,
        place: &Place,
    ) -> Result<(), SourceError> {
        self.has_pickle = true;
        self.opened += 1;
        for mut finding in stream.findings {
            finding.position = finding.position.map(|position| position.saturating_add(start));
            self.found(finding, place);
        }
        for (at, length) in stream.loaded {
            let inner = place.inside(&format!("(bytes at {})", at.saturating_add(start)), false);
            if place.depth < self.options.limits.depth || self.may_open(place) {
                self.content(&Part::new(source, at.saturating_add(start), length), &inner)?;
            }
        }
        if let Some(rest) = stream.rest {
            let rest = rest.saturating_add(start);
            let why = "Bytes follow the pickle that are no pickle.".to_owned();
            self.found(finding(Verdict::Unscannable, why, Some(rest)), place);
            if place.depth < self.options.limits.depth {
                let part = Part::new(source, rest, u64::MAX);
                self.content(&part, &place.inside("(behind the pickle)", false))?;
            }
        }
        Ok(())
    }

    fn hdf5(&mut self, source: &dyn Source, place: &Place) -> Result<(), SourceError> {
        self.opened += 1;
        let Some(left) = self.searched_left.checked_sub(source.size()) else {
            let why = "It holds more text to search than is looked at in one file.";
            self.say(Verdict::Unscannable, place, why.to_owned());
            return Ok(());
        };
        self.searched_left = left;
        let code = hdf5::search(source)?;
        if let Some(position) = code.lambda {
            let why = "It holds Python code that runs with the model.".to_owned();
            let lambda = ScanFinding { name: "Lambda".to_owned(), ..finding(Verdict::Dangerous, why, Some(position)) };
            self.found(lambda, place);
        }
        if let Some(position) = code.disguised {
            let why = "Text in it is written so that it cannot be searched.".to_owned();
            self.found(finding(Verdict::Unscannable, why, Some(position)), place);
        }
        Ok(())
    }

    pub fn oddity(&mut self, oddity: &Oddity, place: &Place) {
        let place = if oddity.member.is_empty() { place.clone() } else { place.inside(&oddity.member, false) };
        self.say(oddity.verdict, &place, oddity.why.to_owned());
    }

    pub fn say(&mut self, verdict: Verdict, place: &Place, why: String) {
        self.found(finding(verdict, why, None), place);
    }

    pub fn found(&mut self, finding: ScanFinding, place: &Place) {
        self.findings.add(ScanFinding { member: place.path.clone(), ..finding });
    }
}

/// A finding about something as a whole.
pub fn finding(verdict: Verdict, why: String, position: Option<u64>) -> ScanFinding {
    ScanFinding { verdict, name: String::new(), why, member: None, position }
}

/// Endings under which people keep pickles and nothing else.
fn is_named_like_a_pickle(name: &str) -> bool {
    const ENDINGS: [&str; 6] = [".pkl", ".pickle", ".pk", ".joblib", ".dill", ".cloudpickle"];
    let name = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}
