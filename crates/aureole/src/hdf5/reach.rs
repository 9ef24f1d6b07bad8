//! How far the links in a file may lead.
//!
//! Who names a file trusts it, but not all that its links name: an external link or a virtual dataset in a file from elsewhere could put any
//! file that the user can read into a result. So links stay in the folder of the file that was named, and below, unless the user says more.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How far links in files may lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Into the folder of the file that was named, and the folders in it.
    #[default]
    Folder,
    /// Anywhere.
    Anywhere,
}

impl Reach {
    /// What a switch such as `--allow-external` stands for.
    #[must_use]
    pub fn of(allow_external: bool) -> Reach {
        if allow_external { Reach::Anywhere } else { Reach::Folder }
    }
}

/// The folders in which a file's links may end.
#[derive(Clone)]
pub(crate) struct Bounds {
    /// With no symbolic link in their names; `None` where links may lead anywhere.
    folders: Option<Arc<[PathBuf]>>,
}

impl Bounds {
    /// Those of a file that was named: its folder, and that of the file itself where the name is a symbolic link.
    pub(crate) fn of(file: &Path, reach: Reach) -> Bounds {
        if reach == Reach::Anywhere {
            return Bounds { folders: None };
        }
        let named = file.parent().map(|folder| if folder == Path::new("") { Path::new(".") } else { folder });
        let named = named.and_then(|folder| folder.canonicalize().ok());
        let real = file.canonicalize().ok().and_then(|file| Some(file.parent()?.to_owned()));
        Bounds { folders: Some(named.into_iter().chain(real).collect()) }
    }

    /// True when a file lies within, wherever symbolic links lead.
    pub(crate) fn hold(&self, file: &Path) -> bool {
        let Some(folders) = &self.folders else { return true };
        file.canonicalize().is_ok_and(|file| folders.iter().any(|folder| file.starts_with(folder)))
    }
}
