//! A binning as bytes, for a cache: little-endian, lengths first, so that they are checked before memory is taken.

use std::io::{self, Read, Write};

use super::{AzimuthalBins, Binning, BinningSpec, MOST_BINS, MOST_ENTRIES, Matrix};

/// The most pixels that a detector may have.
const MOST_PIXELS: u64 = 1 << 28;
/// Bytes that are turned at once.
const PIECE: usize = 1 << 16;

/// Why bytes are no binning.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    /// They could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// They contradict themselves.
    #[error("{0}")]
    Content(&'static str),
}

/// Lengths of all arrays, in the order of the arrays.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Lengths {
    bins: u64,
    pixels: u64,
    entries: u64,
    edges: u64,
    centres: u64,
    azimuthal_edges: u64,
    azimuthal_centres: u64,
}

impl Lengths {
    fn of(binning: &Binning) -> Lengths {
        let azimuthal =
            |of: fn(&AzimuthalBins) -> &Vec<f64>| binning.azimuthal.as_ref().map_or(0, |bins| of(bins).len());
        Lengths {
            bins: binning.matrix.bins() as u64,
            pixels: binning.matrix.pixels() as u64,
            entries: binning.matrix.entries() as u64,
            edges: binning.edges.len() as u64,
            centres: binning.centres.len() as u64,
            azimuthal_edges: azimuthal(|bins| &bins.edges) as u64,
            azimuthal_centres: azimuthal(|bins| &bins.centres) as u64,
        }
    }

    fn words(&self) -> [u64; 7] {
        let Lengths { bins, pixels, entries, edges, centres, azimuthal_edges, azimuthal_centres } = *self;
        [bins, pixels, entries, edges, centres, azimuthal_edges, azimuthal_centres]
    }

    fn read(input: &mut impl Read) -> io::Result<Lengths> {
        let mut words = [0; 7];
        for word in &mut words {
            let mut bytes = [0; 8];
            input.read_exact(&mut bytes)?;
            *word = u64::from_le_bytes(bytes);
        }
        let [bins, pixels, entries, edges, centres, azimuthal_edges, azimuthal_centres] = words;
        Ok(Lengths { bins, pixels, entries, edges, centres, azimuthal_edges, azimuthal_centres })
    }

    /// True for lengths that a binning can have; none of their sums or products overflows then.
    fn are_sane(&self) -> bool {
        let Lengths { bins, pixels, entries, edges, centres, azimuthal_edges, azimuthal_centres } = *self;
        let axis = |edges: u64, centres: u64| centres <= MOST_BINS as u64 && edges == centres + 1;
        let is_cake = azimuthal_edges > 0;
        (1..=MOST_BINS as u64).contains(&bins)
            && pixels <= MOST_PIXELS
            && entries <= MOST_ENTRIES as u64
            && axis(edges, centres)
            && (if is_cake { axis(azimuthal_edges, azimuthal_centres) } else { azimuthal_centres == 0 })
            && bins == centres * if is_cake { azimuthal_centres } else { 1 }
    }

    /// Bytes of the lengths and all arrays; only for lengths that are sane.
    fn bytes(&self) -> u64 {
        let axes = self.edges + self.centres + self.azimuthal_edges + self.azimuthal_centres;
        8 * (7 + axes + self.pixels.div_ceil(64)) + 4 * (self.pixels + 1) + 8 * self.entries
    }
}

impl Binning {
    /// Writes it as bytes that [`Binning::read_from`] reads back to the last bit.
    ///
    /// # Errors
    /// When `out` takes no more.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        for word in Lengths::of(self).words() {
            out.write_all(&word.to_le_bytes())?;
        }
        let azimuthal = self.azimuthal.iter().flat_map(|bins| [&bins.edges, &bins.centres]);
        for axis in [&self.edges, &self.centres].into_iter().chain(azimuthal) {
            write(out, axis, f64::to_le_bytes)?;
        }
        let (offsets, bins_of, shares, whole) = self.matrix.arrays();
        write(out, offsets, u32::to_le_bytes)?;
        write(out, bins_of, u32::to_le_bytes)?;
        write(out, shares, f32::to_le_bytes)?;
        write(out, whole, u64::to_le_bytes)
    }

    /// Reads one of `len` bytes. Memory is taken only once the lengths inside agree with `len`.
    ///
    /// # Errors
    /// When the bytes cannot be read, or are not those of a binning.
    pub fn read_from(input: &mut impl Read, len: u64) -> Result<Binning, StoredError> {
        let lengths = Lengths::read(input)?;
        if !lengths.are_sane() || lengths.bytes() != len {
            return Err(StoredError::Content("its lengths do not fit its size"));
        }
        let edges = read(input, lengths.edges, f64::from_le_bytes)?;
        let centres = read(input, lengths.centres, f64::from_le_bytes)?;
        let azimuthal = AzimuthalBins {
            edges: read(input, lengths.azimuthal_edges, f64::from_le_bytes)?,
            centres: read(input, lengths.azimuthal_centres, f64::from_le_bytes)?,
        };
        let offsets = read(input, lengths.pixels + 1, u32::from_le_bytes)?;
        let bins_of = read(input, lengths.entries, u32::from_le_bytes)?;
        let shares = read(input, lengths.entries, f32::from_le_bytes)?;
        let whole = read(input, lengths.pixels.div_ceil(64), u64::from_le_bytes)?;
        let matrix = Matrix::from_arrays(lengths.bins as usize, offsets, bins_of, shares, whole);
        let matrix = matrix.map_err(StoredError::Content)?;
        let azimuthal = (lengths.azimuthal_edges > 0).then_some(azimuthal);
        Ok(Binning { edges, centres, azimuthal, matrix })
    }
}

fn write<T: Copy, const N: usize>(out: &mut impl Write, values: &[T], to_bytes: fn(T) -> [u8; N]) -> io::Result<()> {
    let mut piece = Vec::with_capacity(PIECE);
    for values in values.chunks(PIECE / N) {
        piece.clear();
        piece.extend(values.iter().flat_map(|value| to_bytes(*value)));
        out.write_all(&piece)?;
    }
    Ok(())
}

fn read<T, const N: usize>(input: &mut impl Read, len: u64, from_bytes: fn([u8; N]) -> T) -> io::Result<Vec<T>> {
    let len = len as usize;
    let (mut values, mut piece) = (Vec::with_capacity(len), vec![0; PIECE]);
    while values.len() < len {
        let piece = &mut piece[..N * (len - values.len()).min(PIECE / N)];
        input.read_exact(piece)?;
        let (words, _) = piece.as_chunks::<N>();
        values.extend(words.iter().map(|word| from_bytes(*word)));
    }
    Ok(values)
}

impl BinningSpec {
    /// Hands all that it says to `take`, piece by piece, for a digest.
    pub fn identify(&self, take: &mut dyn FnMut(&[u8])) {
        // Every field by name, so that none is forgotten.
        let BinningSpec { bins, unit, radial_range, azimuth_range, split, edges, azimuthal, chi_at_0, sample, band } =
            self;
        let edges = edges.as_deref().unwrap_or_default();
        let words = (bins, unit, radial_range, azimuth_range, split, edges.len(), azimuthal, chi_at_0, sample, band);
        take(format!("{words:?}\n").as_bytes());
        edges.iter().for_each(|edge| take(&edge.to_le_bytes()));
    }
}

#[cfg(test)]
mod tests;
