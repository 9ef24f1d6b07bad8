//! A stream between two processes that carries messages of known length, and an open file.

use std::io::{self, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes of the longest message: a job with the texts of its geometries.
const MOST: u32 = 64 << 20;

/// One end of the stream.
#[derive(Debug)]
pub(super) struct Link(UnixStream);

impl Link {
    pub(super) fn new(stream: UnixStream) -> Link {
        Link(stream)
    }

    /// The same end once more, for whoever may have to close it.
    pub(super) fn twin(&self) -> io::Result<Link> {
        self.0.try_clone().map(Link)
    }

    /// Ends the stream in both directions; what has come in can still be read.
    pub(super) fn close(&self) {
        let _ = self.0.shutdown(Shutdown::Both);
    }

    pub(super) fn send(&self, message: &impl Serialize) -> io::Result<()> {
        let mut bytes = vec![0; size_of::<u32>()];
        serde_json::to_writer(&mut bytes, message)?;
        let length = u32::try_from(bytes.len() - size_of::<u32>()).ok().filter(|length| *length <= MOST);
        let length = length.ok_or_else(|| invalid("a message that is too long"))?;
        bytes[..size_of::<u32>()].copy_from_slice(&length.to_ne_bytes());
        (&self.0).write_all(&bytes)
    }

    /// The next message; `None` when the other end is gone.
    pub(super) fn receive<T: DeserializeOwned>(&self) -> io::Result<Option<T>> {
        let mut length = [0; size_of::<u32>()];
        let mut bytes = Vec::new();
        match (&self.0).read_exact(&mut length) {
            Err(error) if is_end(&error) => return Ok(None),
            read => read?,
        }
        let length = u32::from_ne_bytes(length);
        if length > MOST {
            return Err(invalid("a message that is too long"));
        }
        match (&self.0).take(u64::from(length)).read_to_end(&mut bytes) {
            Err(error) if is_end(&error) => return Ok(None),
            Ok(read) if read < length as usize => return Ok(None),
            read => read?,
        };
        Ok(Some(serde_json::from_slice(&bytes)?))
    }

    /// Hands an open file to the other process.
    pub(super) fn send_file(&self, file: BorrowedFd<'_>) -> io::Result<()> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let files = [file];
        control.push(SendAncillaryMessage::ScmRights(&files));
        // Files travel with a byte at least.
        sendmsg(&self.0, &[IoSlice::new(&[0])], &mut control, SendFlags::NOSIGNAL)?;
        Ok(())
    }

    /// The file that [`Link::send_file`] handed over; `None` when the other end is gone.
    pub(super) fn receive_file(&self) -> io::Result<Option<OwnedFd>> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut byte = [0];
        let came = recvmsg(&self.0, &mut [IoSliceMut::new(&mut byte)], &mut control, RecvFlags::CMSG_CLOEXEC)?;
        if came.bytes == 0 {
            return Ok(None);
        }
        let files = control.drain().filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(files) => Some(files),
            _ => None,
        });
        files.flatten().next().map(Some).ok_or_else(|| invalid("no file came with the first message"))
    }
}

/// True when the other process is gone, in whatever way.
pub(super) fn is_end(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileExt;

    use super::super::memory::Memory;
    use super::*;

    fn pair() -> (Link, Link) {
        let (a, b) = UnixStream::pair().unwrap();
        (Link(a), Link(b))
    }

    #[test]
    fn messages_come_in_order_and_then_the_end() {
        let (a, b) = pair();
        a.send(&"one").unwrap();
        a.send(&"two").unwrap();
        drop(a);
        assert_eq!(b.receive::<String>().unwrap().as_deref(), Some("one"));
        assert_eq!(b.receive::<String>().unwrap().as_deref(), Some("two"));
        assert_eq!(b.receive::<String>().unwrap(), None);
        assert!(is_end(&b.send(&"three").unwrap_err()));
    }

    #[test]
    fn what_came_in_before_the_end_can_be_read_after_it() {
        let (a, b) = pair();
        // The other end goes with a message unread, which makes its end a reset.
        b.send(&"unread").unwrap();
        a.send(&"last").unwrap();
        drop(a);
        assert_eq!(b.receive::<String>().unwrap().as_deref(), Some("last"));
        assert_eq!(b.receive::<String>().unwrap(), None);
    }

    #[test]
    fn rubbish_is_an_error_and_half_a_message_is_the_end() {
        let (a, b) = pair();
        (&a.0).write_all(&u32::MAX.to_ne_bytes()).unwrap();
        assert_eq!(b.receive::<String>().unwrap_err().kind(), ErrorKind::InvalidData);
        let (a, b) = pair();
        a.send(&5).unwrap();
        assert!(b.receive::<String>().is_err());
        (&a.0).write_all(&9u32.to_ne_bytes()).unwrap();
        (&a.0).write_all(b"\"a").unwrap();
        drop(a);
        assert_eq!(b.receive::<String>().unwrap(), None);
    }

    #[test]
    fn an_open_file_goes_from_one_end_to_the_other() {
        let (a, b) = pair();
        let memory = Memory::new(100).unwrap();
        a.send_file(memory.as_fd()).unwrap();
        File::from(b.receive_file().unwrap().unwrap()).write_all_at(b"seen", 7).unwrap();
        let mut bytes = Vec::new();
        memory.read(7, 4, &mut bytes).unwrap();
        assert_eq!(bytes, b"seen");
        (&a.0).write_all(&[0]).unwrap();
        assert!(b.receive_file().is_err(), "a byte without a file");
        drop(a);
        assert!(b.receive_file().unwrap().is_none());
    }
}
