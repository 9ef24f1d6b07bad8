//! Every pattern comes back to the last bit; nothing else is taken for one.

use aureole_core::pattern::OwnConstants;
use proptest::prelude::*;

use super::*;

/// Any bits, NaN with all their payloads among them.
fn f32s(count: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(any::<u32>().prop_map(f32::from_bits), count)
}

fn f64s(count: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(any::<u64>().prop_map(f64::from_bits), count)
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![Just(Status::NotDone), Just(Status::Done), "\\PC{0,40}".prop_map(Status::Failed)]
}

fn own(bins: usize) -> impl Strategy<Value = Option<OwnConstants>> {
    prop::option::of((f64s(bins), f64s(bins)).prop_map(|(norm, count)| OwnConstants { norm, count }))
}

fn pattern() -> impl Strategy<Value = Pattern> {
    (0usize..9, any::<bool>(), any::<bool>()).prop_flat_map(|(bins, errors, sums)| {
        let (errors, signal) = (if errors { bins } else { 0 }, if sums { bins } else { 0 });
        let variance = errors.min(signal);
        let parts = (status(), f32s(bins), f32s(errors), f64s(signal), f64s(variance), own(bins));
        parts.prop_map(|(status, intensity, errors, signal, variance, own)| Pattern {
            status,
            intensity,
            errors,
            signal,
            variance,
            own,
        })
    })
}

fn integrated() -> impl Strategy<Value = Integrated> {
    (any::<u64>(), any::<[f64; 4]>()).prop_map(|(bytes_in, [read, decode, accumulate, write])| Integrated {
        bytes_in,
        stages: Stages { read, decode, accumulate, write },
    })
}

/// A pattern with the same room, full of rubbish.
fn dirty(pattern: &Pattern) -> Pattern {
    let f32s = |values: &[f32]| vec![1e9; values.len()];
    let f64s = |values: &[f64]| vec![-7.0; values.len()];
    Pattern {
        status: Status::Failed("rubbish".into()),
        intensity: f32s(&pattern.intensity),
        errors: f32s(&pattern.errors),
        signal: f64s(&pattern.signal),
        variance: f64s(&pattern.variance),
        own: Some(OwnConstants { norm: vec![3.0; 4], count: Vec::new() }),
    }
}

fn bits(pattern: &Pattern) -> (Status, Vec<u32>, Vec<u64>, Option<Vec<u64>>) {
    let f32s = pattern.intensity.iter().chain(&pattern.errors).map(|value| value.to_bits());
    let f64s = pattern.signal.iter().chain(&pattern.variance).map(|value| value.to_bits());
    let own = pattern.own.as_ref().map(|own| own.norm.iter().chain(&own.count).map(|value| value.to_bits()).collect());
    (pattern.status.clone(), f32s.collect(), f64s.collect(), own)
}

proptest! {
    #[test]
    fn patterns_come_back_to_the_last_bit(
        patterns in prop::collection::vec(pattern(), 0..4),
        said in integrated(),
    ) {
        let mut bytes = Vec::new();
        encode(&said, &patterns, &mut bytes);
        prop_assert!(bytes.len() <= most_bytes(&patterns));
        let mut back: Vec<Pattern> = patterns.iter().map(dirty).collect();
        prop_assert_eq!(decode(&bytes, &mut back), Ok(said));
        for (a, b) in patterns.iter().zip(&back) {
            prop_assert_eq!(bits(a), bits(b));
        }
    }

    #[test]
    fn altered_bytes_never_panic(
        patterns in prop::collection::vec(pattern(), 1..3),
        at in any::<prop::sample::Index>(),
        word in any::<u64>(),
        length in any::<prop::sample::Index>(),
    ) {
        let mut bytes = Vec::new();
        encode(&Integrated::default(), &patterns, &mut bytes);
        let at = at.index(bytes.len() - WORD + 1);
        bytes[at..at + WORD].copy_from_slice(&word.to_ne_bytes());
        bytes.truncate(length.index(bytes.len()) + 1);
        let mut back: Vec<Pattern> = patterns.iter().map(dirty).collect();
        let _ = decode(&bytes, &mut back);
    }
}

/// Two frames of five bins as bytes.
fn two() -> (Vec<Pattern>, Vec<u8>) {
    let patterns = vec![Pattern::of_bins(5, true); 2];
    let mut bytes = Vec::new();
    encode(&Integrated::default(), &patterns, &mut bytes);
    (patterns, bytes)
}

#[test]
fn bytes_that_are_cut_off_or_go_on_are_errors() {
    let (mut patterns, mut bytes) = two();
    for length in 0..bytes.len() {
        assert!(matches!(decode(&bytes[..length], &mut patterns), Err(WireError::Short { .. })), "{length} bytes");
    }
    bytes.push(0);
    assert_eq!(decode(&bytes, &mut patterns), Err(WireError::Trailing(1)));
}

#[test]
fn lengths_that_do_not_match_are_errors_whatever_they_claim() {
    let (mut patterns, bytes) = two();
    // The lengths of the reason, of four buffers and of two constants.
    for field in 1..RECORD {
        for claimed in [1, 4, 6, 7, MOST_REASON as u64 + 1, u64::MAX / 4, u64::MAX] {
            let mut bytes = bytes.clone();
            let at = (HEAD + field) * WORD;
            bytes[at..at + WORD].copy_from_slice(&claimed.to_ne_bytes());
            assert!(decode(&bytes, &mut patterns).is_err(), "field {field}: {claimed}");
        }
    }
    let mut fewer = vec![Pattern::of_bins(5, true)];
    assert_eq!(decode(&bytes, &mut fewer), Err(WireError::Count { what: "patterns", expected: 1, found: 2 }));
    let mut without: Vec<Pattern> = patterns.into_iter().map(Pattern::without_sums).collect();
    assert_eq!(decode(&bytes, &mut without), Err(WireError::Count { what: "sums", expected: 0, found: 5 }));
}

#[test]
fn what_another_version_or_kind_of_machine_wrote_is_refused() {
    let (mut patterns, bytes) = two();
    let swapped: Vec<u8> = bytes.chunks_exact(WORD).flat_map(|word| word.iter().rev()).copied().collect();
    assert_eq!(decode(&swapped, &mut patterns), Err(WireError::Foreign));
    let mut newer = bytes;
    newer[WORD..2 * WORD].copy_from_slice(&(VERSION + 1).to_ne_bytes());
    assert_eq!(decode(&newer, &mut patterns), Err(WireError::Foreign));
}

#[test]
fn a_long_reason_is_cut_between_two_letters() {
    let mut patterns = vec![Pattern::of_bins(3, false)];
    patterns[0].fail(format!("!{}", "é".repeat(MOST_REASON)));
    let mut bytes = Vec::new();
    encode(&Integrated::default(), &patterns, &mut bytes);
    assert!(bytes.len() <= most_bytes(&patterns));
    decode(&bytes, &mut patterns).unwrap();
    assert_eq!(patterns[0].status, Status::Failed(format!("!{}", "é".repeat((MOST_REASON - 1) / 2))));
}
