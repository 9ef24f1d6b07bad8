use aureole_core::dtype::Dtype;

use super::super::array::Coding;
use super::*;

/// The first bytes of a CBOR item: its major type and its number.
fn head(major: u8, number: u64) -> Vec<u8> {
    let major = major << 5;
    match number {
        0..24 => vec![major | number as u8],
        24..256 => vec![major | 24, number as u8],
        _ => [&[major | 27], number.to_be_bytes().as_slice()].concat(),
    }
}

fn text(text: &str) -> Vec<u8> {
    [head(3, text.len() as u64), text.as_bytes().to_vec()].concat()
}

fn bytes(bytes: &[u8]) -> Vec<u8> {
    [head(2, bytes.len() as u64), bytes.to_vec()].concat()
}

fn map(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    entries.iter().flat_map(|(key, value)| [text(key), value.clone()].concat()).collect()
}

fn message(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    [head(6, SELF_DESCRIBED), head(5, entries.len() as u64), map(entries)].concat()
}

/// 2 x 3 pixels of tag `tag` around `content`.
fn array(tag: u64, content: &[u8]) -> Vec<u8> {
    [head(6, 40), head(4, 2), head(4, 2), head(0, 2), head(0, 3), head(6, tag), content.to_vec()].concat()
}

fn compressed(name: &str, size: u64, content: &[u8]) -> Vec<u8> {
    [head(6, 56_500), head(4, 3), text(name), head(0, size), bytes(content)].concat()
}

/// A chunk that says to hold `total` bytes.
fn chunk(total: u64) -> Vec<u8> {
    [total.to_be_bytes().as_slice(), &[0; 12]].concat()
}

fn channel(name: &str, array: Vec<u8>) -> Vec<u8> {
    [head(5, 1), text(name), array].concat()
}

fn image(array: Vec<u8>) -> Vec<u8> {
    message(&[
        ("type", text("image")),
        ("series_id", head(0, 7)),
        ("series_unique_id", text("01H")),
        ("image_id", head(0, 300)),
        ("user_data", [head(4, 2), head(0, 1), head(5, 1), text("a"), vec![0xf6]].concat()),
        ("data", channel("threshold_1", array)),
    ])
}

fn start() -> Vec<u8> {
    message(&[
        ("type", text("start")),
        ("series_id", head(0, 7)),
        ("channels", [head(4, 2), text("a"), text("b")].concat()),
        ("number_of_images", head(0, 1000)),
        ("image_size_x", head(0, 3)),
        ("image_size_y", head(0, 2)),
        ("flatfield_enabled", vec![0xf5]),
        ("pixel_mask", channel("a", array(70, &compressed("bslz4", 4, &chunk(24))))),
    ])
}

#[test]
fn an_image_is_read_in_place() {
    let raw = image(array(69, &bytes(&[1; 12])));
    let message = Message::decode(&raw);
    assert_eq!((message.fault.clone(), message.kind, message.image_id), (None, Some(Kind::Image), Some(300)));
    assert_eq!(message.series, Series { id: Some(7), unique: Some("01H".into()) });
    let [("threshold_1", Ok(array))] = message.data.as_slice() else { panic!("{:?}", message.data) };
    assert_eq!(
        (array.shape, array.dtype, array.coding, array.bytes),
        ((2, 3), Dtype::U16, Coding::Raw, [1; 12].as_slice())
    );
    assert!(raw.as_ptr_range().contains(&array.bytes.as_ptr()));
}

#[test]
fn a_start_message_tells_of_the_series() {
    let raw = start();
    let message = Message::decode(&raw);
    assert_eq!((message.fault.clone(), message.kind), (None, Some(Kind::Start)));
    assert_eq!((message.channels.as_slice(), message.images), (["a", "b"].as_slice(), Some(1000)));
    assert_eq!((message.rows, message.columns, message.flat_applied), (Some(2), Some(3), true));
    assert!(matches!(message.masks.as_slice(), [("a", Ok(mask))] if mask.coding == Coding::BitshuffleLz4));
}

#[test]
fn arrays_that_are_of_no_use_say_why_and_hide_nothing_else() {
    let nested = [vec![0x9f; 9], vec![0xff; 9]].concat();
    for (bad, why) in [
        (array(69, &bytes(&[1; 11])), "11 bytes are stored, 2 x 3 pixels of uint16 have 12"),
        (array(65, &bytes(&[1; 12])), "type tag 65"),
        (array(69, &compressed("zstd", 0, b"")), "compressed by \"zstd\"; bslz4, lz4"),
        (array(69, &compressed("bslz4", 4, &chunk(12))), "bslz4 with elements of 4 bytes around pixels of uint16"),
        (array(69, &compressed("lz4", 0, &chunk(13))), "13 bytes are said to be compressed"),
        (array(69, &compressed("lz4", 0, &chunk(1 << 40))), "that cannot hold 1099511627776"),
        (array(69, &compressed("lz4", 0, b"123")), "that cannot hold"),
        (array(69, &text("pixels")), "no multi-dimensional array"),
        (text("pixels"), "no multi-dimensional array"),
        (nested, "no multi-dimensional array"),
        ([head(6, 40), head(4, 2), head(4, 1), head(0, 2), bytes(b"")].concat(), "not two dimensions"),
        (
            [head(6, 40), head(4, 2), head(4, 2), head(0, 1 << 40), head(0, 1 << 40), bytes(b"")].concat(),
            "an image of 1099511627776",
        ),
        ([head(6, 40), head(4, 2), head(4, 2), head(0, 0), head(0, 4), bytes(b"")].concat(), "an image of 0 x 4"),
    ] {
        let raw = message(&[
            ("type", text("image")),
            ("data", [head(5, 2), text("bad"), bad, text("good"), array(64, &bytes(&[1; 6]))].concat()),
            ("image_id", head(0, 5)),
        ]);
        let message = Message::decode(&raw);
        assert_eq!((message.fault.clone(), message.image_id), (None, Some(5)), "{why}");
        let [("bad", Err(reason)), ("good", Ok(_))] = message.data.as_slice() else { panic!("{message:?}") };
        assert!(reason.contains(why), "{reason}");
    }
}

#[test]
fn every_truncation_of_a_message_is_a_fault() {
    for good in [image(array(69, &bytes(&[1; 12]))), image(array(69, &compressed("bslz4", 2, &chunk(12)))), start()] {
        for length in 0..good.len() {
            assert!(Message::decode(&good[..length]).fault.is_some(), "{length} of {} bytes", good.len());
        }
        let longer = [good.clone(), vec![0]].concat();
        assert!(Message::decode(&longer).fault.is_some_and(|fault| fault.contains("1 bytes lie behind")));
    }
}

#[test]
fn bent_messages_and_hostile_lengths_neither_panic_nor_allocate() {
    for good in [image(array(70, &compressed("bslz4", 4, &chunk(24)))), start()] {
        for at in 0..good.len() {
            for flip in 1..=255 {
                let mut bent = good.clone();
                bent[at] ^= flip;
                let message = Message::decode(&bent);
                assert!(message.channels.capacity() <= 128 && message.data.capacity() <= 128, "{at} {flip}");
            }
        }
    }
    for start in [
        vec![0xbb],
        vec![0x9b],
        [vec![0xa1], text("channels"), vec![0x9b]].concat(),
        [vec![0xa1], text("data"), vec![0xbb]].concat(),
    ] {
        let hostile = [start, vec![0xff; 8], vec![0x61; 100]].concat();
        assert!(Message::decode(&hostile).fault.is_some());
    }
    for deep in [vec![0x81; 1 << 20], vec![0x9f; 1 << 20], [0x82, 0x9f].repeat(1 << 19), vec![0xd8; 1 << 20]] {
        assert!(Message::decode(&deep).fault.is_some());
        assert!(Message::decode(&[head(5, 1), text("user_data"), deep].concat()).fault.is_some());
    }
}
