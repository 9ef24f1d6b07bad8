use std::sync::Arc;

use super::*;

fn text(text: &str) -> Vec<u8> {
    [&[0x78, text.len() as u8], text.as_bytes()].concat()
}

fn number(number: u8) -> Vec<u8> {
    vec![0x18, number]
}

fn start(series: u8, images: u8) -> Vec<u8> {
    let entries =
        [text("type"), text("start"), text("series_id"), number(series), text("number_of_images"), number(images)];
    [vec![0xa4], entries.concat(), text("channels"), vec![0x82], text("a"), text("b")].concat()
}

/// An image of 1 x 4 pixels in channels a and b; other lengths than 4 do not fit.
fn image(series: u8, id: u8, pixels: &[u8]) -> Vec<u8> {
    let array = [&[0xd8, 40, 0x82, 0x82, 1, 4, 0xd8, 64, 0x58, pixels.len() as u8], pixels].concat();
    let head = [text("type"), text("image"), text("series_id"), number(series), text("image_id"), number(id)].concat();
    [vec![0xa4], head, text("data"), vec![0xa2], text("a"), array.clone(), text("b"), array].concat()
}

fn end(series: u8) -> Vec<u8> {
    [vec![0xa2], text("type"), text("end"), text("series_id"), number(series)].concat()
}

fn inbox(address: &str, bound: usize, shared: bool, messages: &[Vec<u8>]) -> Inbox {
    let inbox = Inbox::new(Address::parse(address).unwrap(), bound, shared);
    messages.iter().for_each(|message| inbox.take(message.clone()));
    inbox
}

const NOW: Duration = Duration::ZERO;

#[test]
fn a_series_runs_from_its_start_to_its_end() {
    let messages = [start(1, 9), image(1, 0, &[1; 4]), image(1, 1, &[2; 4]), end(2), end(1), image(1, 2, &[3; 4])];
    let inbox = inbox("tcp://a:1", 1 << 20, false, &messages[..4]);
    assert_eq!(inbox.begun(NOW), Ok(true));
    assert_eq!(inbox.wait(0, NOW), Arrived { frames: 2, ended: false });
    messages[4..].iter().for_each(|message| inbox.take(message.clone()));
    assert_eq!(inbox.wait(2, NOW), Arrived { frames: 2, ended: true });
    assert!(inbox.stopped(), "the next series is left to the next run");
    assert_eq!(inbox.lock().rows.expected, 9);
}

#[test]
fn images_without_their_start_are_left_out_unless_the_stream_is_shared() {
    let messages = [image(1, 5, &[1; 4]), image(1, 7, &[1; 4]), image(2, 0, &[1; 4])];
    let alone = inbox("tcp://a:1", 1 << 20, false, &messages[..2]);
    assert_eq!(alone.begun(NOW), Ok(false));
    let notes = alone.notes();
    assert!(
        notes[0].contains("an image of series 1 came without its start") && notes[0].contains("(2 times)"),
        "{notes:?}"
    );
    let shared = inbox("tcp://a:1", 1 << 20, true, &messages);
    assert_eq!(shared.begun(NOW), Ok(true));
    assert_eq!(shared.wait(0, NOW), Arrived { frames: 2, ended: true }, "another series ends this one");
    assert_eq!(shared.lock().rows.get(1).unwrap().image_id, Some(7));
}

#[test]
fn a_series_that_cannot_be_integrated_is_refused_with_the_first_reason() {
    let none = inbox("tcp://a:1", 1 << 20, false, &[start(1, 9), end(1)]);
    assert!(none.begun(NOW).unwrap_err().contains("series 1 ended without an image"));
    let channel = inbox("tcp://a:1::c", 1 << 20, false, &[start(1, 9)]);
    assert_eq!(channel.begun(NOW).unwrap_err(), "there is no channel c; series 1 has a, b");
    let bad: Vec<Vec<u8>> = [start(1, 9)].into_iter().chain((0..8).map(|id| image(1, id, &[1; 3]))).collect();
    let reason = inbox("tcp://a:1", 1 << 20, false, &bad).begun(NOW).unwrap_err();
    assert!(reason.contains("3 bytes are stored, 1 x 4 pixels of uint8 have 4"), "{reason}");
}

#[test]
fn nothing_is_received_beyond_the_bound_until_frames_are_forgotten() {
    let full = Arc::new(inbox("tcp://a:1", 200, false, &[start(1, 9), image(1, 0, &[1; 4])]));
    let held = full.lock().rows.held();
    assert!(full.has_room(200 - held as u64), "what fits is received");
    let waiting = Arc::clone(&full);
    let waits = std::thread::spawn(move || waiting.has_room(201 - held as u64));
    std::thread::sleep(Duration::from_millis(250));
    assert!(!waits.is_finished(), "what does not fit waits");
    full.forget(1);
    assert!(waits.join().unwrap(), "and is received once there is room");
    assert!(full.has_room(1 << 40), "a single message may be larger than the bound");
    full.take(image(1, 1, &[1; 4]));
    full.stop();
    assert!(!full.has_room(1 << 20), "a receiver that is stopped does not wait");
}

#[test]
fn any_bytes_in_place_of_messages_leave_the_series_whole() {
    let good = image(1, 1, &[2; 4]);
    let inbox = inbox("tcp://a:1", 1 << 20, false, &[start(1, 9), image(1, 0, &[1; 4])]);
    for at in 0..good.len() {
        inbox.take(good[..at].to_vec());
    }
    inbox.take(image(1, 2, &[3; 4]));
    inbox.take(end(1));
    let rows = inbox.wait(0, NOW);
    assert!(rows.ended && rows.frames == 3, "{rows:?}");
    let fault = |row: usize| inbox.lock().rows.get(row).unwrap().fault.clone();
    assert_eq!((fault(0), fault(2)), (None, None));
    assert!(fault(1).unwrap().contains("no valid CBOR"));
}
