//! Text for people: standard output that survives a closed pipe, and numbers with their separators and units.

use std::io::{ErrorKind, Write};

use crate::exit::Failure;

/// Writes text to standard output; a reader that has gone away (`aureole info x.h5 | head`) is no error.
pub(crate) fn stdout(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::io(format!("standard output: {error}"))),
        _ => Ok(()),
    }
}

/// Writes a line to standard error. That nobody reads it any more, or that it goes to a full disk, ends no run.
pub(crate) fn stderr(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// A count with a comma every three digits: `36,000`.
pub(crate) fn thousands(count: impl Into<u128>) -> String {
    let digits = count.into().to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things: `1 frame`, `36,000 frames`.
pub(crate) fn count(count: usize, thing: &str) -> String {
    format!("{} {thing}{}", thousands(count as u64), if count == 1 { "" } else { "s" })
}

/// A size in bytes with a binary unit: `2.4 MiB`.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if count < 1024 {
        return format!("{count} bytes");
    }
    let mut value = count as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// Lengths along each dimension: `32 x 2167 x 2070`.
pub(crate) fn shape(lengths: &[usize]) -> String {
    let lengths: Vec<String> = lengths.iter().map(usize::to_string).collect();
    lengths.join(" x ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_have_a_comma_every_three_digits() {
        let shown: Vec<String> = [0_u64, 999, 1000, 36_000, 1_234_567].map(super::thousands).to_vec();
        assert_eq!(shown, ["0", "999", "1,000", "36,000", "1,234,567"]);
    }

    #[test]
    fn sizes_have_one_binary_unit() {
        let shown: Vec<String> = [0, 1023, 1024, 1_572_864, u64::MAX].map(super::bytes).to_vec();
        assert_eq!(shown, ["0 bytes", "1023 bytes", "1.0 KiB", "1.5 MiB", "16384.0 PiB"]);
    }
}
