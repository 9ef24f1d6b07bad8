//! "Did you mean ...": the known name that is nearest to a mistyped one.

/// The candidate nearest to `typed` by edit distance, ignoring case; `None` when nothing is near enough to be meant.
#[must_use]
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_few(typed, candidates, 1).into_iter().next()
}

/// At most `count` candidates near `typed`, the nearest first.
#[must_use]
pub fn nearest_few<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let typed = typed.to_lowercase();
    let allowed = (typed.chars().count() / 3).max(1);
    let mut near: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|candidate| (distance(&typed, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, _)| distance <= allowed)
        .collect();
    near.sort();
    near.into_iter().take(count).map(|(_, candidate)| candidate).collect()
}

/// The Levenshtein distance of two words, by the usual row of costs. Long inputs are cut: nobody meant them.
fn distance(a: &str, b: &str) -> usize {
    const LONGEST: usize = 64;
    let a: Vec<char> = a.chars().take(LONGEST).collect();
    let b: Vec<char> = b.chars().take(LONGEST).collect();
    let mut costs: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.iter().enumerate() {
        let mut diagonal = costs[0];
        costs[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = costs[j + 1];
            costs[j + 1] = replaced.min(diagonal + 1).min(costs[j] + 1);
        }
    }
    costs[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubled_letter_is_recognised_and_nonsense_is_not() {
        assert_eq!(nearest("fulll", ["no", "bbox", "full"]), Some("full"));
        assert_eq!(nearest("FULL", ["no", "bbox", "full"]), Some("full"));
        assert_eq!(nearest("banana", ["no", "bbox", "full"]), None);
    }

    #[test]
    fn distance_counts_single_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
    }
}
