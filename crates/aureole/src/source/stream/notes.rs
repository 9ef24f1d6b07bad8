//! What is to be told of what was received.

/// Different notes that are kept.
const MOST: usize = 10;

/// Notes, and how often each came.
#[derive(Debug, Default)]
pub(super) struct Notes {
    told: Vec<(String, usize)>,
    /// Notes beyond those.
    more: usize,
}

impl Notes {
    pub(super) fn add(&mut self, note: String) {
        if let Some((_, times)) = self.told.iter_mut().find(|(known, _)| *known == note) {
            *times += 1;
        } else if self.told.len() < MOST {
            self.told.push((note, 1));
        } else {
            self.more += 1;
        }
    }

    /// All of them, a sentence each; they are then gone.
    pub(super) fn take(&mut self) -> Vec<String> {
        let Notes { told, more } = std::mem::take(self);
        let told =
            told.into_iter().map(|(note, times)| if times > 1 { format!("{note} ({times} times)") } else { note });
        told.chain((more > 0).then(|| format!("and {more} more of that kind"))).collect()
    }
}
