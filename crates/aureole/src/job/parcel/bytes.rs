//! A description as JSON with arrays behind it, in one run of bytes. No length in it is trusted.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes of the length before the description.
const LENGTH: usize = size_of::<u64>();

/// The description, and the arrays behind it.
pub(super) fn join<'a>(head: &impl Serialize, arrays: impl Iterator<Item = &'a [u8]> + Clone) -> Vec<u8> {
    let head = serde_json::to_vec(head).expect("plain fields");
    let size = arrays.clone().map(<[u8]>::len).sum::<usize>();
    let mut bytes = Vec::with_capacity(LENGTH + head.len() + size);
    bytes.extend_from_slice(&(head.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&head);
    arrays.for_each(|array| bytes.extend_from_slice(array));
    bytes
}

/// The description, and the bytes behind it.
pub(super) fn part<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, &[u8]), String> {
    let mut rest = bytes;
    let length = take(&mut rest, Some(LENGTH))?;
    let length = length.try_into().map(u64::from_le_bytes).ok().and_then(|length| usize::try_from(length).ok());
    let head = take(&mut rest, length)?;
    Ok((serde_json::from_slice(head).map_err(|error| error.to_string())?, rest))
}

/// The next `length` bytes; an error where there are fewer, or a length is no length.
pub(super) fn take<'a>(bytes: &mut &'a [u8], length: Option<usize>) -> Result<&'a [u8], String> {
    let split = length.and_then(|length| bytes.split_at_checked(length));
    let (taken, rest) = split.ok_or_else(|| format!("it is cut short, {} bytes before its end", bytes.len()))?;
    *bytes = rest;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_joined_comes_apart_and_what_is_cut_short_is_refused() {
        let joined = join(&"head", [&[1, 2, 3][..], &[4]].into_iter());
        let (head, mut rest) = part::<String>(&joined).unwrap();
        assert_eq!((head.as_str(), take(&mut rest, Some(3)).unwrap(), rest), ("head", &[1, 2, 3][..], &[4][..]));
        assert!(take(&mut rest, Some(2)).unwrap_err().contains("cut short"));
        assert!(take(&mut rest, None).is_err());
        (0..joined.len() - 4).for_each(|end| assert!(part::<String>(&joined[..end]).is_err(), "{end}"));
        let hostile = [u64::MAX.to_le_bytes().as_slice(), b"\"head\""].concat();
        assert!(part::<String>(&hostile).is_err());
    }
}
