//! Any bytes as a message of DECTRIS Stream V2: no panic, and arrays lie within the message and fit their shapes.
#![no_main]

use aureole::source::stream::{ArrayCoding, Message};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let message = Message::decode(bytes);
    let all = [&message.data, &message.masks, &message.flats];
    for array in all.into_iter().flatten().filter_map(|(_, array)| array.as_ref().ok()) {
        let range = array.bytes.as_ptr_range();
        assert!(bytes.as_ptr_range().start <= range.start && range.end <= bytes.as_ptr_range().end);
        let announced = array.shape.0 * array.shape.1 * array.dtype.size();
        assert!(array.coding != ArrayCoding::Raw || array.bytes.len() == announced);
        assert!(announced / 256 <= array.bytes.len());
    }
});
