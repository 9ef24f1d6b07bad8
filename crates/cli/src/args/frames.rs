//! Ranges of frames: `10:20`, `10:`, `:20`, `7`, counted from 0, the last one excluded.

use std::ops::Range;
use std::str::FromStr;

/// A range of frames as typed; an end that was left out is the stack's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frames {
    start: usize,
    end: Option<usize>,
}

impl Frames {
    /// The frames meant, in a stack of `count`; `None` where the range reaches past the stack.
    pub(crate) fn within(&self, count: usize) -> Option<Range<usize>> {
        let end = self.end.unwrap_or(count);
        (self.start <= end && end <= count).then_some(self.start..end)
    }

    /// The first frame.
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// One past the last frame, where it was typed.
    pub(crate) fn end(&self) -> Option<usize> {
        self.end
    }
}

impl std::fmt::Display for Frames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.end {
            Some(end) if end == self.start + 1 => write!(f, "{}", self.start),
            Some(end) => write!(f, "{}:{end}", self.start),
            None => write!(f, "{}:", self.start),
        }
    }
}

impl FromStr for Frames {
    type Err = String;

    fn from_str(text: &str) -> Result<Frames, String> {
        let number =
            |part: &str| part.trim().parse::<usize>().map_err(|_| format!("{part} is not a number of a frame"));
        let Some((start, end)) = text.split_once(':') else {
            let frame = number(text).map_err(|_| "frames are given as A:B, A:, :B or a number, from 0".to_owned())?;
            return Ok(Frames { start: frame, end: frame.checked_add(1) });
        };
        let start = if start.is_empty() { 0 } else { number(start)? };
        let end = if end.is_empty() { None } else { Some(number(end)?) };
        match end {
            Some(end) if end <= start => Err(format!("frames {start}:{end} are none; the end is not included")),
            _ => Ok(Frames { start, end }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Frames;

    #[test]
    fn an_end_left_out_is_the_stacks() {
        let within = |text: &str| text.parse::<Frames>().unwrap().within(30);
        assert_eq!(within("10:20"), Some(10..20));
        assert_eq!(within("10:"), Some(10..30));
        assert_eq!(within(":20"), Some(0..20));
        assert_eq!(within("7"), Some(7..8));
    }

    #[test]
    fn frames_past_the_stack_are_not_within_it() {
        for text in ["10:31", "31:", "30"] {
            assert_eq!(text.parse::<Frames>().unwrap().within(30), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "a", "1:b", "5:5", "9:3", "-1", "1:2:3", "99999999999999999999"] {
            assert!(text.parse::<Frames>().is_err(), "{text}");
        }
    }
}
