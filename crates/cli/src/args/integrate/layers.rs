//! Where the options of a recipe come from: those typed for it, those typed for all, and those in a file.

use std::path::Path;

use aureole::job;
use aureole::job::pyfai::PyfaiConfig;
use clap::Parser;
use toml::{Table, Value};

use super::{JobArgs, RecipeArgs};
use crate::exit::Failure;

/// The options of each recipe, the narrower over the wider, and the configuration of pyFAI that lies under all of them.
pub(super) struct Layers {
    /// Names and options, at least one.
    pub(super) recipes: Vec<(String, RecipeArgs)>,
    /// What pyFAI-integrate saved; empty without such a file.
    pub(super) pyfai: PyfaiConfig,
}

/// Options alone, without a program's name before them.
#[derive(Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct Options {
    #[command(flatten)]
    recipe: RecipeArgs,
}

/// A file of recipes.
#[derive(Default)]
struct RecipeFile {
    shared: RecipeArgs,
    recipes: Vec<(String, RecipeArgs)>,
}

/// Collects the recipes. What was typed for all wins over the file; what was typed for one recipe wins over that.
pub(super) fn collect(typed: RecipeArgs, job: &JobArgs) -> Result<Layers, Failure> {
    let (file, pyfai) = match &job.config {
        None => (RecipeFile::default(), PyfaiConfig::default()),
        Some(path) if path.extension().is_some_and(|extension| extension == "toml") => {
            (read_recipes(path)?, PyfaiConfig::default())
        }
        Some(path) => (RecipeFile::default(), read_pyfai(path)?),
    };
    let mut recipes = Vec::new();
    for (name, args) in file.recipes {
        recipes.push((name, typed.clone().over(args.over(file.shared.clone()))));
    }
    let shared = typed.over(file.shared);
    for text in &job.recipes {
        let (name, args) = parse(text)?;
        recipes.push((name, args.over(shared.clone())));
    }
    if recipes.is_empty() {
        recipes.push((job::data(), shared));
    }
    Ok(Layers { recipes, pyfai })
}

/// A recipe as typed: its name, then options.
fn parse(text: &str) -> Result<(String, RecipeArgs), Failure> {
    let refuse = |reason: &str| Failure::refused(format!("--recipe {text:?}: {reason}"));
    let words = shlex::split(text).ok_or_else(|| refuse("a quotation mark has no other to go with it"))?;
    match words.split_first() {
        Some((name, options)) if !name.starts_with('-') => {
            Ok((name.clone(), options_of(options).map_err(|e| refuse(&e))?))
        }
        _ => Err(refuse("a name comes first, then options, as in 'cake --azimuthal-bins 360'")),
    }
}

fn options_of(words: &[String]) -> Result<RecipeArgs, String> {
    let said = |error: clap::Error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        first.strip_prefix("error: ").unwrap_or(first).to_owned()
    };
    Options::try_parse_from(words).map(|options| options.recipe).map_err(said)
}

fn read_pyfai(file: &Path) -> Result<PyfaiConfig, Failure> {
    let text = read(file)?;
    PyfaiConfig::parse(&text).map_err(|error| Failure::refused(format!("--config {}: {error}", file.display())))
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure::refused(format!("--config {}: {error}", file.display())))
}

/// Reads `[[recipe]]` tables, with a name each, and what stands before them for all; keys are names of options.
fn read_recipes(file: &Path) -> Result<RecipeFile, Failure> {
    let refuse = |reason: String| Failure::refused(format!("--config {}: {reason}", file.display()));
    let mut table: Table = read(file)?.parse().map_err(|error: toml::de::Error| refuse(error.message().to_owned()))?;
    let tables = match table.remove("recipe") {
        None => Vec::new(),
        Some(Value::Array(tables)) => tables,
        Some(_) => return Err(refuse("recipe: each is a table of its own, [[recipe]]".into())),
    };
    let shared = table_of(&table).map_err(refuse)?;
    let mut recipes = Vec::new();
    for (nth, value) in tables.into_iter().enumerate() {
        let Value::Table(mut table) = value else { return Err(refuse("recipe: each is a table, [[recipe]]".into())) };
        let Some(Value::String(name)) = table.remove("name") else {
            return Err(refuse(format!("recipe {}: needs a name = \"...\"", nth + 1)));
        };
        let args = table_of(&table).map_err(|reason| refuse(format!("recipe {name}: {reason}")))?;
        recipes.push((name, args));
    }
    Ok(RecipeFile { shared, recipes })
}

/// The options that a table holds.
fn table_of(table: &Table) -> Result<RecipeArgs, String> {
    let mut words = Vec::new();
    for (key, value) in table {
        let option = format!("--{}", key.replace('_', "-"));
        match value {
            Value::Boolean(true) => words.push(option),
            Value::Boolean(false) => {}
            Value::Array(values) if values.iter().all(Value::is_array) && !values.is_empty() => {
                for value in values {
                    words.push(format!("{option}={}", word(key, value)?));
                }
            }
            value => words.push(format!("{option}={}", word(key, value)?)),
        }
    }
    options_of(&words)
}

/// A value as it would be typed: the members of a list with commas between them.
fn word(key: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Array(values) => {
            let words: Result<Vec<String>, String> = values.iter().map(|value| word(key, value)).collect();
            Ok(words?.join(","))
        }
        _ => Err(format!("{key}: a text, a number, true, false or a list of numbers is needed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::bins::Bins;

    fn job(recipes: &[&str], config: Option<&Path>) -> JobArgs {
        let recipes = recipes.iter().map(|text| (*text).to_owned()).collect();
        JobArgs { recipes, config: config.map(Path::to_owned), image: Vec::new(), sums: false }
    }

    fn options(line: &str) -> RecipeArgs {
        options_of(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_recipe_typed_wins_over_what_is_typed_for_all() {
        let layers =
            collect(options("--poni a --bins 500 --split bbox"), &job(&["q", "fine --bins 2000"], None)).unwrap();
        let bins: Vec<_> = layers.recipes.iter().map(|(name, args)| (name.as_str(), args.pattern.bins)).collect();
        assert_eq!(bins, [("q", Some(Bins::Even(500))), ("fine", Some(Bins::Even(2000)))]);
        assert!(layers.recipes.iter().all(|(_, args)| args.pattern.split.is_some() && args.detector.poni.is_some()));
    }

    #[test]
    fn a_file_has_shared_options_and_recipes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jobs.toml");
        let text = "poni = \"a.poni\"\nbins = 700\n[[recipe]]\nname = \"q\"\nradial-range = [0.5, 3]\n\
            [[recipe]]\nname = \"cake\"\nazimuthal_bins = 36\nchi-at-0 = true\n";
        std::fs::write(&file, text).unwrap();
        let layers = collect(options("--mask m.npy"), &job(&["typed --bins 9"], Some(&file))).unwrap();
        let names: Vec<&str> = layers.recipes.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["q", "cake", "typed"]);
        let (q, cake, typed) = (&layers.recipes[0].1, &layers.recipes[1].1, &layers.recipes[2].1);
        assert_eq!((q.pattern.radial_range, q.pattern.bins), (Some((0.5, 3.0)), Some(Bins::Even(700))));
        assert_eq!((cake.pattern.azimuthal_bins, cake.pattern.chi_at_0), (Some(36), true));
        assert_eq!((typed.pattern.bins, typed.detector.mask.as_deref()), (Some(Bins::Even(9)), Some("m.npy")));
    }

    #[test]
    fn what_is_wrong_with_a_recipe_is_said_in_one_sentence() {
        let said = |text: &str| collect(RecipeArgs::default(), &job(&[text], None)).err().unwrap().to_string();
        assert!(said("q --split fulll").contains("did you mean full?"), "{}", said("q --split fulll"));
        assert!(said("q --layout serial").contains("--layout"), "{}", said("q --layout serial"));
        assert!(said("--bins 5").contains("a name comes first"));
        assert!(said("q 'x").contains("quotation mark"));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jobs.toml");
        for (text, expected) in [
            ("[[recipe]]\nbins = 5", "needs a name"),
            ("bins = [", "--config"),
            ("surprise = 5", "surprise"),
            ("recipe = 5", "[[recipe]]"),
            ("[[recipe]]\nname = \"q\"\nbins = 0", "recipe q"),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = collect(RecipeArgs::default(), &job(&[], Some(&file))).err().unwrap().to_string();
            assert!(error.contains(expected) && !error.contains('\n'), "{text}: {error}");
        }
    }
}
