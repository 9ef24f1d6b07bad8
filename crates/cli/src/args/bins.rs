//! The bins of a pattern: how many even ones, or logarithmic ones.

use std::str::FromStr;

use super::pair::number;

/// `N` even bins, or `log:A:B:N`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bins {
    /// This many even bins.
    Even(u32),
    /// This many bins from the first to the second position, each as many times as wide as the last.
    Log(f64, f64, u32),
}

impl Bins {
    /// How many bins there are.
    pub(crate) fn count(self) -> usize {
        match self {
            Bins::Even(count) | Bins::Log(.., count) => count as usize,
        }
    }
}

impl FromStr for Bins {
    type Err = String;

    fn from_str(text: &str) -> Result<Bins, String> {
        let count = |text: &str| match text.trim().parse::<u32>() {
            Ok(count) if count > 0 => Ok(count),
            _ => Err(format!("{text}: a number of bins, at least 1, or log:A:B:N is needed")),
        };
        let Some(rest) = text.strip_prefix("log:") else { return count(text).map(Bins::Even) };
        let parts: Vec<&str> = rest.split(':').collect();
        let [first, last, bins] = parts[..] else {
            return Err(format!("{text}: log:A:B:N names the ends of the first and the last bin and their number"));
        };
        let (first, last) = (number(first)?, number(last)?);
        if first <= 0.0 || last <= first {
            return Err(format!("{text}: logarithmic bins begin above 0 and end above where they begin"));
        }
        Ok(Bins::Log(first, last, count(bins)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_a_number_or_logarithmic() {
        assert_eq!("250".parse(), Ok(Bins::Even(250)));
        assert_eq!("log:0.01:10:300".parse(), Ok(Bins::Log(0.01, 10.0, 300)));
        for text in
            ["", "0", "-1", "many", "log:0:1:3", "log:2:1:3", "log:1:2:0", "log:1:2", "log:1:nan:3", "log:1:2:3:4"]
        {
            assert!(text.parse::<Bins>().is_err(), "{text}");
        }
    }
}
