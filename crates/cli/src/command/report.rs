//! `aureole report`: a result as a page.

use super::output;
use crate::args::report::ReportArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::picture::Scale;
use crate::report::Subject;
use crate::{print, report, whole};

pub(crate) fn run(args: &ReportArgs) -> Outcome {
    let shown = args.output.display();
    let ending = args.output.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    if !matches!(ending.as_deref(), Some("html" | "htm")) {
        return Err(Failure::refused(format!("--output {shown}: the name must end with .html")));
    }
    output::check("--output ", &args.output)?;
    if args.output.canonicalize().is_ok_and(|output| args.file.canonicalize().is_ok_and(|file| file == output)) {
        return Err(Failure::refused(format!("--output {shown}: this is the result itself")));
    }
    if args.output.exists() && !args.force {
        return Err(Failure::refused(format!("--output: {shown} exists; --force replaces it")));
    }
    if let Some(folder) = args.data.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(Failure::refused(format!("--data {}: there is no such folder", folder.display())));
    }
    let subject = Subject::read(&args.file, args.data.as_deref())?;
    let page = report::page(&subject, Scale::from_name(args.scale).unwrap_or(Scale::Linear))?;
    whole::write(&args.output, page.as_bytes())?;
    print::stdout(&format!("{} ({})\n", shown, print::bytes(page.len() as u64)))?;
    Ok(Exit::Done)
}
