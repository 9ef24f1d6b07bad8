//! Where a stream comes from: `tcp://HOST:PORT` or `ipc://PATH`, and `::CHANNEL` behind it.

use std::path::PathBuf;

use crate::source::SourceError;

/// An address as it was typed, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Without the channel.
    pub(super) name: String,
    pub(super) place: Place,
    /// The channel that is wanted; the first one if nothing is said.
    pub(super) channel: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `HOST:PORT`, as it is looked up.
    Tcp(String),
    Ipc(PathBuf),
}

/// True for an input that is a stream and no file.
#[must_use]
pub fn is_stream(input: &str) -> bool {
    input.starts_with("tcp://") || input.starts_with("ipc://")
}

impl Address {
    /// # Errors
    /// When it is not an address of a stream.
    pub(super) fn parse(input: &str) -> Result<Address, SourceError> {
        // The colons of an IPv6 address lie within brackets.
        let start = input.rfind(']').unwrap_or(0);
        let (name, channel) = match input[start..].find("::") {
            Some(at) => (&input[..start + at], Some(input[start + at + 2..].to_owned())),
            None => (input, None),
        };
        let refused = |reason: &str| SourceError::Unsuitable { input: input.into(), reason: reason.into() };
        if channel.as_deref() == Some("") {
            return Err(refused("the name of a channel is missing behind ::"));
        }
        let place = if let Some(path) = name.strip_prefix("ipc://").filter(|path| !path.is_empty()) {
            Place::Ipc(path.into())
        } else {
            let host = name.strip_prefix("tcp://").and_then(|place| place.rsplit_once(':'));
            let good = host.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|n| n > 0));
            if !good {
                return Err(refused("a stream is given as tcp://HOST:PORT, such as tcp://dcu:31001, or as ipc://PATH"));
            }
            Place::Tcp(name["tcp://".len()..].to_owned())
        };
        Ok(Address { name: name.to_owned(), place, channel })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_stands_behind_two_colons_that_are_not_of_the_host() {
        let parse = |input: &str| Address::parse(input).map(|a| (a.name, a.place, a.channel)).unwrap();
        let tcp = |name: &str, place: &str, channel: Option<&str>| {
            (name.to_owned(), Place::Tcp(place.to_owned()), channel.map(str::to_owned))
        };
        assert_eq!(parse("tcp://dcu:31001"), tcp("tcp://dcu:31001", "dcu:31001", None));
        assert_eq!(parse("tcp://[::1]:31001"), tcp("tcp://[::1]:31001", "[::1]:31001", None));
        assert_eq!(parse("tcp://[::1]:1::threshold_2"), tcp("tcp://[::1]:1", "[::1]:1", Some("threshold_2")));
        let ipc = ("ipc:///tmp/a".to_owned(), Place::Ipc("/tmp/a".into()), Some("b".to_owned()));
        assert_eq!(parse("ipc:///tmp/a::b"), ipc);
    }

    #[test]
    fn what_is_no_address_is_refused_with_an_example() {
        for input in ["tcp://", "tcp://dcu", "tcp://dcu:", "tcp://:31001", "tcp://dcu:0", "tcp://dcu:70000", "ipc://"] {
            let error = Address::parse(input).unwrap_err().to_string();
            assert!(error.contains(input) && error.contains("tcp://dcu:31001"), "{error}");
        }
        assert!(Address::parse("tcp://dcu:1::").unwrap_err().to_string().contains("name of a channel"));
    }
}
