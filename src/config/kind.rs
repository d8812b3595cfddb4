//! The kinds of value that a setting takes: how text becomes a value within its range, how a
//! value becomes text again, and the words that say what is allowed.

use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use super::{GIB, HOUR, KIB, MIB, MINUTE};

pub(super) use list::List;

mod list;

/// How a setting of type `T` is read and written.
pub(super) trait Kind<T> {
    /// The value that `text` stands for; `None` where it is malformed or out of range.
    fn read(&self, text: &str) -> Option<T>;
    /// Text that `read` makes the same value of.
    fn write(&self, value: &T) -> String;
    /// What the value counts or is, a noun.
    fn unit(&self) -> &'static str;
    /// What `read` takes, in words that end a sentence.
    fn allowed(&self) -> String;
    /// Whether the setting is on or off and its flag needs no value.
    fn is_switch(&self) -> bool {
        false
    }
    /// Whether the value must not be seen. Its text is taken exactly as it is, blanks too.
    fn is_secret(&self) -> bool {
        false
    }
    /// When a changed value takes effect on a running node.
    fn renewal(&self) -> Renewal {
        Renewal::Restart
    }
}

/// When a changed value of a setting takes effect on a running node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// It is read once, at the start.
    Restart,
    /// It is read again at SIGHUP.
    Signal,
    /// The file that it names is read again when its content changes, and at SIGHUP; the path is read
    /// once.
    Content,
}

impl Renewal {
    /// For the manual.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Signal => "SIGHUP",
            Self::Content => "content: by itself, and SIGHUP; path: restart",
        }
    }
}

/// An IP address and a port.
pub(super) struct Address;

impl Kind<SocketAddr> for Address {
    fn read(&self, text: &str) -> Option<SocketAddr> {
        text.parse().ok()
    }

    fn write(&self, value: &SocketAddr) -> String {
        value.to_string()
    }

    fn unit(&self) -> &'static str {
        "address"
    }

    fn allowed(&self) -> String {
        "an IP address and a port, like 127.0.0.1:8080 or [::1]:8080".into()
    }
}

/// The same, or none.
impl Kind<Option<SocketAddr>> for Address {
    fn read(&self, text: &str) -> Option<Option<SocketAddr>> {
        if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
    }

    fn write(&self, value: &Option<SocketAddr>) -> String {
        value.map_or_else(String::new, |address| address.to_string())
    }

    fn unit(&self) -> &'static str {
        Kind::<SocketAddr>::unit(self)
    }

    fn allowed(&self) -> String {
        Kind::<SocketAddr>::allowed(self)
    }
}

/// A whole number of something.
pub(super) struct Count(pub(super) &'static str, pub(super) RangeInclusive<u64>);

impl<T: TryFrom<u64> + Display> Kind<T> for Count {
    fn read(&self, text: &str) -> Option<T> {
        let number = text.parse().ok().filter(|number| self.1.contains(number))?;
        T::try_from(number).ok()
    }

    fn write(&self, value: &T) -> String {
        value.to_string()
    }

    fn unit(&self) -> &'static str {
        self.0
    }

    fn allowed(&self) -> String {
        format!("a whole number from {} to {}", self.1.start(), self.1.end())
    }
}

/// A size in bytes.
pub(super) struct Bytes(pub(super) RangeInclusive<u64>);

/// The units of a size, largest first.
const SIZES: [(&str, u64); 4] = [("GiB", GIB), ("MiB", MIB), ("KiB", KIB), ("", 1)];

impl Kind<usize> for Bytes {
    fn read(&self, text: &str) -> Option<usize> {
        let bytes = with_unit(text, &SIZES).filter(|bytes| self.0.contains(bytes))?;
        usize::try_from(bytes).ok()
    }

    fn write(&self, value: &usize) -> String {
        size_in_words(*value)
    }

    fn unit(&self) -> &'static str {
        "bytes"
    }

    fn allowed(&self) -> String {
        let [least, most] = [self.0.start(), self.0.end()].map(|end| in_largest_unit(*end, &SIZES));
        format!("{least} to {most}, as plain bytes or with KiB, MiB or GiB")
    }
}

/// `bytes` as a setting takes it, in the largest unit that needs no fraction.
pub(super) fn size_in_words(bytes: usize) -> String {
    in_largest_unit(bytes as u64, &SIZES)
}

/// A length of time; the range is in seconds.
pub(super) struct Span(pub(super) RangeInclusive<u64>);

/// The units of time in milliseconds, largest first.
const TIMES: [(&str, u64); 4] = [("h", HOUR * 1000), ("m", MINUTE * 1000), ("s", 1000), ("ms", 1)];

impl Kind<Duration> for Span {
    fn read(&self, text: &str) -> Option<Duration> {
        let span = Duration::from_millis(with_unit(text, &TIMES)?);
        let [least, most] = [self.0.start(), self.0.end()].map(|end| Duration::from_secs(*end));
        (least..=most).contains(&span).then_some(span)
    }

    fn write(&self, value: &Duration) -> String {
        match value.as_millis() as u64 {
            0 => "0s".into(),
            millis => in_largest_unit(millis, &TIMES),
        }
    }

    fn unit(&self) -> &'static str {
        "time"
    }

    fn allowed(&self) -> String {
        let [least, most] =
            [self.0.start(), self.0.end()].map(|end| self.write(&Duration::from_secs(*end)));
        format!("{least} to {most}, as a whole number with ms, s, m or h")
    }
}

/// A length of time as a setting takes it, within so many seconds; the error says what is allowed.
pub fn span(text: &str, seconds: RangeInclusive<u64>) -> Result<Duration, String> {
    let kind = Span(seconds);
    kind.read(text).ok_or_else(|| format!("it takes {}", kind.allowed()))
}

/// The number before one of `units`, times that unit.
fn with_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let (_, size) = units.iter().find(|(unit, _)| unit.eq_ignore_ascii_case(suffix.trim()))?;
    number.parse::<u64>().ok()?.checked_mul(*size)
}

/// `number` in the largest of `units` that needs no fraction; the smallest is 1.
fn in_largest_unit(number: u64, units: &[(&str, u64)]) -> String {
    let whole = |(_, size): &&(&str, u64)| number >= *size && number.is_multiple_of(*size);
    units
        .iter()
        .find(whole)
        .map_or_else(|| number.to_string(), |(unit, size)| format!("{}{unit}", number / size))
}

/// One of a few words.
pub(super) struct Choice;

/// A value that a [`Choice`] names by a word.
pub(super) trait Word: Copy + 'static {
    /// Every value.
    const ALL: &[Self];
    /// Its word.
    fn word(self) -> &'static str;
}

impl<T: Word> Kind<T> for Choice {
    fn read(&self, text: &str) -> Option<T> {
        T::ALL.iter().copied().find(|value| value.word() == text)
    }

    fn write(&self, value: &T) -> String {
        value.word().into()
    }

    fn unit(&self) -> &'static str {
        "word"
    }

    fn allowed(&self) -> String {
        T::ALL.iter().map(|value| value.word()).collect::<Vec<_>>().join(" or ")
    }
}

/// On or off.
pub(super) struct Switch;

impl Kind<bool> for Switch {
    fn read(&self, text: &str) -> Option<bool> {
        text.parse().ok()
    }

    fn write(&self, value: &bool) -> String {
        value.to_string()
    }

    fn unit(&self) -> &'static str {
        "switch"
    }

    fn allowed(&self) -> String {
        "true or false".into()
    }

    fn is_switch(&self) -> bool {
        true
    }
}

/// A file that need not be there.
pub(super) struct FilePath;

impl Kind<Option<PathBuf>> for FilePath {
    fn read(&self, text: &str) -> Option<Option<PathBuf>> {
        // What is printed of the settings shall be read again, without an escape.
        let is_plain = |c: char| c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric();
        text.chars().all(is_plain).then(|| (!text.is_empty()).then(|| text.into()))
    }

    fn write(&self, value: &Option<PathBuf>) -> String {
        value.as_ref().map(|path| path.display().to_string()).unwrap_or_default()
    }

    fn unit(&self) -> &'static str {
        "path"
    }

    fn allowed(&self) -> String {
        "the path of a file, of letters, digits and the signs of ASCII".into()
    }

    fn renewal(&self) -> Renewal {
        Renewal::Content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_plain_bytes_or_has_a_binary_unit() {
        let any = Bytes(0..=u64::MAX);
        for (text, bytes) in [
            ("65536", Some(65536)),
            ("64KiB", Some(65536)),
            ("64 kib", Some(65536)),
            ("1MiB", Some(1 << 20)),
            ("2GiB", Some(2 << 30)),
            ("64KB", None),
            ("64k", None),
            ("1.5MiB", None),
            ("-1", None),
            ("KiB", None),
            ("", None),
            ("99999999999GiB", None),
        ] {
            assert_eq!(any.read(text), bytes, "{text:?}");
        }
    }

    #[test]
    fn a_time_has_a_unit() {
        let hour = Span(0..=HOUR);
        for (text, time) in [
            ("500ms", Some(Duration::from_millis(500))),
            ("30s", Some(Duration::from_secs(30))),
            ("2m", Some(Duration::from_secs(120))),
            ("1h", Some(Duration::from_secs(3600))),
            ("0s", Some(Duration::ZERO)),
            ("30", None),
            ("1.5s", None),
            ("61m", None),
            ("1d", None),
            ("", None),
        ] {
            assert_eq!(hour.read(text), time, "{text:?}");
        }
    }

    #[test]
    fn sizes_and_times_are_written_in_the_largest_unit_that_needs_no_fraction() {
        for (bytes, text) in [(0, "0"), (1023, "1023"), (1536, "1536"), (64 << 10, "64KiB")] {
            assert_eq!(Bytes(0..=GIB).write(&bytes), text);
        }
        for (millis, text) in [(0, "0s"), (1500, "1500ms"), (90_000, "90s"), (120_000, "2m")] {
            assert_eq!(Span(0..=HOUR).write(&Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn a_stun_url_has_its_scheme_a_host_and_perhaps_a_port() {
        for good in ["stun:a.example", "stun:10.0.0.1:3478", "stuns:a:5349", "stun:[::1]:3478"] {
            assert_eq!(List::STUN_URLS.read(good), Some(vec![good.to_owned()]), "{good}");
        }
        for bad in ["a.example:3478", "stun://a.example", "turn:a", "stun:", "stun:a:0", "stun:a b"]
        {
            assert_eq!(List::STUN_URLS.read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_turn_url_has_its_scheme_a_host_and_perhaps_a_port_and_a_transport() {
        for good in [
            "turn:a.example",
            "turn:10.0.0.1:3478",
            "turns:a:5349?transport=tcp",
            "turn:[::1]:3478?transport=udp",
        ] {
            assert_eq!(List::TURN_URLS.read(good), Some(vec![good.to_owned()]), "{good}");
        }
        for bad in [
            "a.example:3478",
            "turn://a.example",
            "stun:a",
            "turn:",
            "turn:a:0",
            "turn:a?transport=sctp",
            "turn:a?tcp",
            "turn:ana@a",
        ] {
            assert_eq!(List::TURN_URLS.read(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_origin_is_a_scheme_and_a_host_without_a_path() {
        let read = |text| List::ORIGINS.read(text);
        assert_eq!(read("https://App.example"), Some(vec!["https://app.example".into()]));
        assert_eq!(read("http://localhost:3000"), Some(vec!["http://localhost:3000".into()]));
        let all = "capacitor://localhost,https://*.preview.example.org,null,file://,*";
        assert_eq!(read(all).map(|them| them.len()), Some(5));
        for bad in
            ["app.example", "https://app.example/", "https://*.org", "wss://a", "https://a@b"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_list_may_be_empty_and_may_have_blanks_around_its_commas() {
        assert_eq!(List::STUN_URLS.read(""), Some(vec![]));
        let two = Some(vec!["stun:a".to_owned(), "stun:b".to_owned()]);
        assert_eq!(List::STUN_URLS.read("stun:a , stun:b,"), two);
    }
}
