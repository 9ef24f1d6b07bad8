//! The receiving end of a ZeroMQ PULL socket: ZMTP 3.0 without security (<https://rfc.zeromq.org/spec/23/>), over TCP or a local socket.
//!
//! A message is read only when it is asked for, so that a receiver that falls behind holds the sender back; its buffer grows with
//! what has arrived and not with what was announced. Every call returns within a tenth of a second once it is told to stop.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::address::Place;

/// Between two questions whether to go on.
const TICK: Duration = Duration::from_millis(100);

/// For a connection, and for the first words on it.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// A message is no longer than this: a start message with masks and flat fields of 18 million pixels and four channels has half.
const LONGEST: u64 = 1 << 30;

/// A command is no longer than this.
const LONGEST_COMMAND: u64 = 1 << 16;

/// A buffer begins so large, at most, and doubles.
const FIRST: usize = 1 << 20;

const MORE: u8 = 1;
const LONG: u8 = 2;
const COMMAND: u8 = 4;

/// Why nothing more comes over a connection.
#[derive(Debug)]
pub(super) enum Lost {
    /// The receiver does not want to go on.
    Stopped,
    /// One sentence.
    Broken(String),
}

impl From<io::Error> for Lost {
    fn from(error: io::Error) -> Lost {
        Lost::Broken(error.to_string())
    }
}

fn broken<T>(reason: impl Into<String>) -> Result<T, Lost> {
    Err(Lost::Broken(reason.into()))
}

/// A stream of bytes in both directions, whose reads give up after a [`TICK`].
trait Wire: Read + Write + Send {}
impl Wire for TcpStream {}
impl Wire for UnixStream {}

/// A message that was announced and not read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Announced {
    pub(super) bytes: u64,
    /// Further parts follow, which Stream V2 never has.
    pub(super) more: bool,
}

/// A connection to a PUSH socket.
pub(super) struct Pull<'a> {
    wire: Box<dyn Wire>,
    stop: &'a (dyn Fn() -> bool + Sync),
}

impl<'a> Pull<'a> {
    /// Connects and agrees on the protocol.
    pub(super) fn connect(place: &Place, stop: &'a (dyn Fn() -> bool + Sync)) -> Result<Pull<'a>, Lost> {
        let wire: Box<dyn Wire> = match place {
            Place::Tcp(name) => {
                let mut last = io::Error::other("the name has no address");
                let stream = name.to_socket_addrs()?.find_map(|address| {
                    TcpStream::connect_timeout(&address, HANDSHAKE).map_err(|error| last = error).ok()
                });
                let stream = stream.ok_or(last)?;
                stream.set_read_timeout(Some(TICK))?;
                stream.set_write_timeout(Some(HANDSHAKE))?;
                Box::new(stream)
            }
            Place::Ipc(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(TICK))?;
                stream.set_write_timeout(Some(HANDSHAKE))?;
                Box::new(stream)
            }
        };
        Pull::over(wire, stop)
    }

    fn over(wire: Box<dyn Wire>, stop: &'a (dyn Fn() -> bool + Sync)) -> Result<Pull<'a>, Lost> {
        let mut pull = Pull { wire, stop };
        let end = Instant::now() + HANDSHAKE;
        pull.wire.write_all(&greeting())?;
        let mut theirs = [0; 64];
        pull.fill(&mut theirs, Some(end))?;
        if theirs[0] != 0xff || theirs[9] & 1 == 0 {
            return broken("who answers there does not speak ZeroMQ");
        }
        if theirs[10] < 3 {
            return broken("the sender's ZeroMQ is too old; 4.0 or later is needed");
        }
        let mechanism = theirs[12..32].split(|byte| *byte == 0).next().unwrap_or_default();
        if mechanism != b"NULL" {
            let mechanism = String::from_utf8_lossy(mechanism);
            return broken(format!("the sender wants security by {mechanism}; only senders without (NULL) are read"));
        }
        pull.command(&[b"\x05READY".as_slice(), &property(b"Socket-Type", b"PULL")].concat())?;
        let mut header = [0; 2];
        pull.fill(&mut header, Some(end))?;
        let mut ready = vec![0; usize::from(header[1])];
        if header[0] != COMMAND {
            return broken("who answers there does not speak ZeroMQ");
        }
        pull.fill(&mut ready, Some(end))?;
        match socket_type(&ready) {
            Some(b"PUSH") => Ok(pull),
            Some(other) => {
                broken(format!("the socket there is {}; Stream V2 comes from PUSH", String::from_utf8_lossy(other)))
            }
            None => broken("the sender refuses the connection"),
        }
    }

    /// Waits for the next message, answering what the sender's ZeroMQ asks meanwhile.
    pub(super) fn announced(&mut self) -> Result<Announced, Lost> {
        loop {
            let mut header = [0; 2];
            self.fill(&mut header, None)?;
            let [flags, short] = header;
            let mut bytes = u64::from(short);
            if flags & LONG != 0 {
                let mut length = [0; 8];
                length[0] = short;
                self.fill(&mut length[1..], None)?;
                bytes = u64::from_be_bytes(length);
            }
            let most = if flags & COMMAND == 0 { LONGEST } else { LONGEST_COMMAND };
            if bytes > most {
                return broken(format!("a message of {bytes} bytes is announced; {most} are taken at most"));
            }
            if flags & COMMAND == 0 {
                return Ok(Announced { bytes, more: flags & MORE != 0 });
            }
            let asked = self.body(bytes)?;
            if let Some(ping) = asked.strip_prefix(b"\x04PING") {
                // Two bytes of a time, then what is to be sent back.
                let context = ping.get(2..).unwrap_or_default();
                self.command(&[b"\x04PONG".as_slice(), &context[..context.len().min(16)]].concat())?;
            }
        }
    }

    /// The bytes of a message that was announced.
    pub(super) fn body(&mut self, bytes: u64) -> Result<Vec<u8>, Lost> {
        let Ok(length) = usize::try_from(bytes) else { return broken("a message that memory cannot hold") };
        let mut body = Vec::new();
        while body.len() < length {
            let step = (length - body.len()).min(body.len().max(FIRST));
            body.reserve_exact(step);
            match (&mut self.wire).take(step as u64).read_to_end(&mut body) {
                Ok(0) => return broken("the connection ended within a message"),
                Ok(_) => {}
                Err(error) => self.bear(error, None)?,
            }
        }
        Ok(body)
    }

    fn fill(&mut self, mut out: &mut [u8], end: Option<Instant>) -> Result<(), Lost> {
        while !out.is_empty() {
            match self.wire.read(out) {
                Ok(0) => return broken("the sender closed the connection"),
                Ok(count) => out = &mut out[count..],
                Err(error) => self.bear(error, end)?,
            }
        }
        Ok(())
    }

    /// Goes on after a read that only took too long.
    fn bear(&self, error: io::Error, end: Option<Instant>) -> Result<(), Lost> {
        if !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted) {
            return Err(error.into());
        }
        if (self.stop)() {
            return Err(Lost::Stopped);
        }
        match end {
            Some(end) if Instant::now() > end => broken("who answers there does not speak ZeroMQ"),
            _ => Ok(()),
        }
    }

    fn command(&mut self, body: &[u8]) -> Result<(), Lost> {
        let length = u8::try_from(body.len()).map_err(io::Error::other)?;
        Ok(self.wire.write_all(&[[COMMAND, length].as_slice(), body].concat())?)
    }
}

/// Version 3.0, mechanism NULL, no server.
fn greeting() -> [u8; 64] {
    let mut greeting = [0; 64];
    (greeting[0], greeting[9], greeting[10]) = (0xff, 0x7f, 3);
    greeting[12..16].copy_from_slice(b"NULL");
    greeting
}

fn property(name: &[u8], value: &[u8]) -> Vec<u8> {
    [&[name.len() as u8], name, &(value.len() as u32).to_be_bytes(), value].concat()
}

/// The value of `Socket-Type` in a READY command; `None` in any other.
fn socket_type(command: &[u8]) -> Option<&[u8]> {
    let mut rest = command.strip_prefix(b"\x05READY")?;
    loop {
        let (length, after) = rest.split_first()?;
        let (name, after) = after.split_at_checked(usize::from(*length))?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let (value, after) = after.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        if name.eq_ignore_ascii_case(b"Socket-Type") {
            return Some(value);
        }
        rest = after;
    }
}
