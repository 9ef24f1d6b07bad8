//! Which corner of the detector the first pixel of a frame is at.

/// The corner that holds the first pixel, seen from the sample; numbered as in EXIF and in PONI files.
///
/// An orientation only re-indexes pixels: it says which place of the detector a pixel of the frame stands for, and changes
/// no position of that place (as in pyFAI since 2026.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Orientation {
    /// 1: both axes run backwards.
    TopLeft,
    /// 2: the slow axis runs backwards.
    TopRight,
    /// 3: the native order, in which a geometry is written when nothing else is said.
    #[default]
    BottomRight,
    /// 4: the fast axis runs backwards.
    BottomLeft,
}

impl Orientation {
    /// Every orientation, by number.
    pub const ALL: [Orientation; 4] =
        [Orientation::TopLeft, Orientation::TopRight, Orientation::BottomRight, Orientation::BottomLeft];

    /// The orientation with the given number; 0 (unspecified) is the native one.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Orientation> {
        match number {
            0 | 3 => Some(Orientation::BottomRight),
            1 => Some(Orientation::TopLeft),
            2 => Some(Orientation::TopRight),
            4 => Some(Orientation::BottomLeft),
            _ => None,
        }
    }

    /// The number, 1 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Orientation::TopLeft => 1,
            Orientation::TopRight => 2,
            Orientation::BottomRight => 3,
            Orientation::BottomLeft => 4,
        }
    }

    /// True where the slow axis (rows) runs backwards.
    #[must_use]
    pub const fn reverses_rows(self) -> bool {
        matches!(self, Orientation::TopLeft | Orientation::TopRight)
    }

    /// True where the fast axis (columns) runs backwards.
    #[must_use]
    pub const fn reverses_columns(self) -> bool {
        matches!(self, Orientation::TopLeft | Orientation::BottomLeft)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_back_and_only_one_to_four_and_zero_are_known() {
        for orientation in Orientation::ALL {
            assert_eq!(Orientation::from_number(i64::from(orientation.number())), Some(orientation));
        }
        assert_eq!(Orientation::from_number(0), Some(Orientation::BottomRight));
        assert!([-1, 5, 8].into_iter().all(|number| Orientation::from_number(number).is_none()));
    }
}
