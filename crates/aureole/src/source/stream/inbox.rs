//! What has been received and not yet integrated, between the thread that receives and those that integrate.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aureole_core::pipeline::ENDLESS;

use super::address::Address;
use super::message::{Kind, Message};
use super::notes::Notes;
use super::rows::{Frame, Rows};
use super::series::{self, Current};
use crate::source::Arrived;

/// Between two looks at what may have changed.
const TICK: Duration = Duration::from_millis(100);

/// Images that cannot be read at the beginning of a series, after which it is given up.
const HOPELESS: usize = 8;

/// Frames that wait, at most `bound` bytes of them.
pub(super) struct Inbox {
    pub(super) address: Address,
    bound: usize,
    state: Mutex<State>,
    changed: Condvar,
}

/// What the receiver knows.
pub(super) struct State {
    pub(super) current: Option<Current>,
    pub(super) rows: Rows,
    /// Why nothing comes at the moment.
    trouble: Option<String>,
    /// Why the series cannot be integrated at all.
    refused: Option<String>,
    /// Why the first image that could not be used could not.
    first_fault: Option<String>,
    ended: bool,
    stopped: bool,
    notes: Notes,
}

impl Inbox {
    pub(super) fn new(address: Address, bound: usize, shared: bool) -> Inbox {
        let state = State {
            current: None,
            rows: Rows::new(shared),
            trouble: None,
            refused: None,
            first_fault: None,
            ended: false,
            stopped: false,
            notes: Notes::default(),
        };
        Inbox { address, bound, state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets others see what was changed, and sleeps until something else is, for a tick at most.
    fn sleep<'a>(&self, state: MutexGuard<'a, State>, most: Duration) -> MutexGuard<'a, State> {
        let slept = self.changed.wait_timeout(state, most.min(TICK));
        slept.map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state)
    }

    /// No more is wanted.
    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    pub(super) fn stopped(&self) -> bool {
        self.lock().stopped
    }

    /// The connection stands, or does not and why.
    pub(super) fn connection(&self, trouble: Option<String>) {
        let mut state = self.lock();
        if let Some(trouble) = trouble.as_ref().filter(|_| state.current.is_some()) {
            let note = format!("{}: {trouble}", self.address.name);
            state.note(note);
        }
        state.trouble = trouble;
    }

    /// Waits until a message of so many bytes may be received; false when no more is wanted.
    pub(super) fn has_room(&self, bytes: u64) -> bool {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let mut state = self.lock();
        while !state.stopped && state.rows.held() > 0 && state.rows.held().saturating_add(bytes) > self.bound {
            state = self.sleep(state, TICK);
        }
        !state.stopped
    }

    /// Takes a message in.
    pub(super) fn take(&self, bytes: Vec<u8>) {
        let message = Message::decode(&bytes);
        let mut state = self.lock();
        match message.kind {
            Some(Kind::Start) => state.start(&message, &self.address),
            Some(Kind::Image) => {
                if state.admits(&message, &self.address) {
                    let judged =
                        state.current.as_mut().map_or(Err(String::new()), |current| current.judge(&message, &bytes));
                    let image_id = message.image_id;
                    state.place(series::keep(bytes, judged, image_id));
                }
            }
            Some(Kind::End) => {
                if state.current.as_ref().is_some_and(|current| current.has(&message.series)) {
                    state.end();
                }
            }
            Some(Kind::Other) => state.note("a message of a type that Stream V2 does not have was left out".into()),
            None => {
                let fault = message.fault.unwrap_or_else(|| "it has no type".into());
                state.note(format!("a message was left out: {fault}"));
            }
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Notes something of a message that was not even read.
    pub(super) fn note(&self, note: &str) {
        self.lock().note(note.into());
    }

    /// Waits until it is known what frames are like; false when that took longer than `patience`.
    pub(super) fn begun(&self, patience: Duration) -> Result<bool, String> {
        let end = Instant::now() + patience;
        let mut state = self.lock();
        loop {
            if let Some(refused) = &state.refused {
                return Err(refused.clone());
            }
            if state.current.as_ref().is_some_and(|current| current.like.is_some()) {
                return Ok(true);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            state = self.sleep(state, left);
        }
    }

    /// What is waited for before the first frame.
    pub(super) fn waits_for(&self) -> String {
        let state = self.lock();
        match (&state.trouble, &state.current) {
            (Some(trouble), _) => trouble.clone(),
            (None, None) => "connected; no series has started yet".into(),
            (None, Some(current)) => format!("{} has started; its first image has not come", current.series),
        }
    }

    /// As of [`Growing::wait`](crate::source::Growing::wait).
    pub(super) fn wait(&self, known: usize, patience: Duration) -> Arrived {
        let end = Instant::now() + patience;
        let mut state = self.lock();
        loop {
            let ended = state.ended;
            let frames = state.rows.ready(known, self.bound / 2, ended);
            let arrived = Arrived { frames, ended: ended && frames >= state.rows.end() };
            let left = end.saturating_duration_since(Instant::now());
            if frames > known || arrived.ended || left.is_zero() {
                return arrived;
            }
            state = self.sleep(state, left);
        }
    }

    pub(super) fn forget(&self, before: usize) {
        self.lock().rows.forget(before);
        self.changed.notify_all();
    }

    /// What is to be told; once.
    pub(super) fn notes(&self) -> Vec<String> {
        self.lock().notes.take()
    }
}

impl State {
    fn note(&mut self, note: String) {
        self.notes.add(note);
    }

    fn start(&mut self, message: &Message<'_>, address: &Address) {
        if self.refused.is_some() || self.ended {
            return;
        }
        if let Some(fault) = &message.fault {
            self.note(format!("a start message cannot be read as a whole: {fault}"));
        }
        if let Some(current) = &self.current {
            let (old, new) = (&current.series, &message.series);
            let note = format!("{new} began before {old} had ended");
            let has_frames = self.rows.end() > 0;
            self.note(note);
            if has_frames {
                return self.end();
            }
        }
        self.begin(message, address);
    }

    /// Begins a series with its start message, or an image in place of it.
    fn begin(&mut self, message: &Message<'_>, address: &Address) {
        match Current::of(message, address.channel.as_deref()) {
            Err(reason) => self.refused = Some(reason),
            Ok(current) => {
                if current.channels.len() > 1 {
                    let (all, name) = (current.channels.join(", "), &address.name);
                    let taken = current.channel.as_deref().unwrap_or_default();
                    self.note(format!("channel {taken} of {all} is integrated; {name}::CHANNEL takes another"));
                }
                let expected = current.images.and_then(|images| usize::try_from(images).ok());
                // Those who share a series get a part of it each.
                self.rows.expected = expected.filter(|_| !self.rows.shared).unwrap_or(ENDLESS).min(ENDLESS);
                self.current = Some(current);
            }
        }
    }

    /// True when an image belongs to the series that is received.
    fn admits(&mut self, message: &Message<'_>, address: &Address) -> bool {
        if self.refused.is_some() || self.ended {
            return false;
        }
        let Some(current) = &self.current else {
            let usable = message.fault.is_none() && self.rows.shared;
            if usable {
                self.begin(message, address);
            } else {
                let series = &message.series;
                self.note(format!(
                    "an image of {series} came without its start message and was left out; --shared takes such images"
                ));
            }
            return usable && self.refused.is_none();
        };
        let ours = current.has(&message.series);
        if !ours {
            let (own, other) = (current.series.to_string(), &message.series);
            if self.rows.shared && self.rows.end() > 0 {
                // Somebody else got the message that ended it.
                self.note(format!("an image of {other} ended {own} and was left out"));
                self.end();
            } else {
                self.note(format!("an image of {other} came within {own} and was left out"));
            }
        }
        ours
    }

    fn place(&mut self, frame: Frame) {
        if let (Some(fault), None) = (&frame.fault, &self.first_fault) {
            self.first_fault = Some(fault.clone());
        }
        if let Err(note) = self.rows.place(frame) {
            self.note(note);
        }
        if self.rows.end() >= HOPELESS {
            self.give_up("cannot be integrated");
        }
    }

    fn end(&mut self) {
        (self.ended, self.stopped) = (true, true);
        self.give_up("ended without an image that can be integrated");
    }

    /// Refuses a series of which no image was of use.
    fn give_up(&mut self, what: &str) {
        let Some(current) = self.current.as_ref().filter(|current| current.like.is_none()) else { return };
        let fault = self.first_fault.as_ref().map(|fault| format!(": {fault}")).unwrap_or_default();
        self.refused = Some(format!("{} {what}{fault}", current.series));
    }
}

#[cfg(test)]
mod tests;
