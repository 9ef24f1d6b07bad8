//! The table: what is measured and where, the floor, and a row for each layout, number of threads and batch.

use aureole::bench::{About, AboutRecipe, Cache, Floor, Line, News};

use crate::print;

/// The columns' heads; rows are as wide.
const HEAD: &str = "\nlayout     threads batch frames/s    best  Gpixel/s  GB/s in  GB/s decoded  MB/s out  \
                    read decode accumulate write  of floor  bound by\n";

/// What is printed, piece by piece.
#[derive(Default)]
pub(super) struct Table {
    headed: bool,
}

impl Table {
    /// What is printed at the news, with its ends of lines.
    pub(super) fn text(&mut self, news: News<'_>) -> String {
        match news {
            News::Begun(about) => begun(about),
            News::Floor(floor) => self::floor(floor),
            News::Line(line) if self.headed => row(line),
            News::Line(line) => {
                self.headed = true;
                format!("{HEAD}{}", row(line))
            }
            News::Refused(refusal) => format!("layout {} is left out: {}\n", refusal.layout, refusal.reason),
        }
    }
}

fn begun(about: &About) -> String {
    let cache = match about.cache {
        Cache::Warm => "page cache warm: all frames were read once before",
        Cache::Cold => "page cache cold: the stack's pages are dropped before each run",
    };
    let recipes: Vec<String> = about.recipes.iter().map(recipe).collect();
    format!(
        "machine   {}, {} may be used, {}\n\
         stack     {} · {} of {} {} ({:.2} Mpixel), {}{}\n\
         computed  {}\n\
         runs      {} of each, median and best; {cache}; making the plan took {:.2} s more, once\n",
        about.processor,
        print::count(about.cores, "core"),
        about.isa,
        about.detector,
        print::count(about.frames, "frame"),
        print::shape(&[about.shape.0, about.shape.1]),
        about.dtype,
        about.pixels() as f64 / 1e6,
        about.format,
        about.ratio().map_or(String::new(), |ratio| format!(" {ratio:.1}:1")),
        recipes.join("; "),
        about.repeat,
        about.plan_seconds,
    )
}

/// `1000 bins q_nm^-1, full splitting, 2 sums (signal, variance)`.
fn recipe(recipe: &AboutRecipe) -> String {
    let bins: Vec<String> = recipe.bins.iter().map(usize::to_string).collect();
    let sums = match recipe.sums.len() {
        0 => format!("{} of the pixels themselves", recipe.mode),
        count => format!("{} a bin ({})", print::count(count, "sum"), recipe.sums.join(", ")),
    };
    format!("{} bins {}, {} splitting, {sums}", bins.join(" x "), recipe.unit, recipe.split)
}

fn floor(floor: &Floor) -> String {
    let parts = floor.lz4_share.map_or(String::new(), |share| {
        format!(", LZ4 {:.0}% and bit transposes {:.0}% of it", 100.0 * share, 100.0 * (1.0 - share))
    });
    format!(
        "floor     decoding alone, {} in memory: {:.1} frames/s with {}, {:.2} ms a frame and thread{parts}\n",
        print::count(floor.chunks, "chunk"),
        floor.frames_per_second,
        print::count(floor.threads, "thread"),
        1e3 * floor.threads as f64 / floor.frames_per_second,
    )
}

fn row(line: &Line) -> String {
    let giga = |rate: f64| rate / 1e9;
    let percent = |share: f64| format!("{:.0}%", 100.0 * share);
    let shares = line.shares;
    let failed =
        if line.failed > 0 { format!("  {} failed", print::count(line.failed, "frame")) } else { String::new() };
    format!(
        "{:<10} {:>7} {:>5} {:>8.1} {:>7.1} {:>9.2} {:>8.2} {:>13.2} {:>9.2}  {:>4} {:>6} {:>10} {:>5} {:>9}  {}{failed}\n",
        line.layout,
        line.threads,
        line.batch,
        line.frames_per_second,
        line.best_frames_per_second,
        giga(line.pixels_per_second),
        giga(line.stored_bytes_per_second),
        giga(line.decoded_bytes_per_second),
        line.written_bytes_per_second / 1e6,
        percent(shares.read),
        percent(shares.decode),
        percent(shares.accumulate),
        percent(shares.write),
        line.of_floor.map_or("-".to_owned(), percent),
        line.bound_by,
    )
}
