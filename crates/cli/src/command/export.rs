//! `aureole export`: a result in the files of other programs.

use std::path::Path;

use aureole::export::{self, ExportError, Form};
use aureole::result::ResultFile;

use super::output;
use crate::args::export::ExportArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::print;

pub(crate) fn run(args: &ExportArgs) -> Outcome {
    let form = form(args)?;
    if !matches!(form, Form::Text(_)) {
        output::check("--output ", &args.output)?;
    }
    check_options(args, form)?;
    let result = ResultFile::open(&args.file, args.recipe.as_deref())?;
    let frames = frames(args, result.frames())?;
    let written = export::export(&result, form, &frames, &args.output, args.force)?;
    if written.left_out > 0 {
        let count = print::count(written.left_out, "frame");
        print::stderr(&format!("note: {count} failed or not done yet: {}", left_out(form)));
    }
    let (files, frames) = (print::count(written.files, "file"), print::count(written.frames, "frame"));
    print::stdout(&format!("{frames} in {files} → {}\n", args.output.display()))?;
    Ok(Exit::Done)
}

fn left_out(form: Form) -> &'static str {
    match form {
        Form::Array | Form::Packed { .. } => "NaN",
        _ => "left out",
    }
}

/// Refuses options that the form has no use for.
fn check_options(args: &ExportArgs, form: Form) -> Result<(), Failure> {
    let packed = matches!(form, Form::Packed { .. });
    if args.gzip.is_some() && !packed {
        return Err(Failure::refused("--gzip: belongs to --form h5"));
    }
    if packed && (args.recipe.is_some() || !args.frames.is_empty()) {
        return Err(Failure::refused(
            "--form h5: holds all frames and recipes of the result; leave --frames and --recipe out",
        ));
    }
    Ok(())
}

/// The form that was typed, or that the ending of the output says.
fn form(args: &ExportArgs) -> Result<Form, Failure> {
    let ending = |output: &Path| output.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let named = match args.form {
        Some(name) => Form::from_name(name),
        None => ending(&args.output)
            .and_then(|ending| Form::from_name(&ending))
            .filter(|form| !matches!(form, Form::Text(_))),
    };
    let levelled = |form| match (form, args.gzip) {
        (Form::Packed { .. }, Some(level)) => Form::Packed { level },
        (form, _) => form,
    };
    named.map(levelled).ok_or_else(|| {
        let (output, names) = (args.output.display(), Form::NAMES.join(", "));
        Failure::refused(format!("--output {output}: its ending says no form; give --form, one of {names}"))
    })
}

/// The frames to write, in the order typed; all if nothing is typed.
fn frames(args: &ExportArgs, count: usize) -> Result<Vec<usize>, Failure> {
    if args.frames.is_empty() {
        return Ok((0..count).collect());
    }
    let mut frames = Vec::new();
    for range in &args.frames {
        let within = range.within(count);
        let last = count.saturating_sub(1);
        let reason = || Failure::refused(format!("--frames {range}: the file has frames 0 to {last}"));
        frames.extend(within.ok_or_else(reason)?);
    }
    Ok(frames)
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Failure {
        match error {
            ExportError::Write { .. } => Failure::io(error),
            ExportError::Exists(file) => {
                Failure::refused(format!("--output: {} exists; --force replaces it", file.display()))
            }
            other => Failure::refused(other),
        }
    }
}
