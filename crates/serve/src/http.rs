//! What is answered: the page, which is in the program, and numbers from the files of the catalogue.

mod about;
mod answer;
mod asset;
mod guard;
mod live;
mod numbers;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use tokio::sync::Semaphore;

use crate::catalogue::Catalogue;
use crate::run::Run;

pub use asset::ASSETS;
pub use guard::{Names, Token};

/// Pages that get news at the same time.
const LISTENERS: usize = 16;

/// What all answers share.
pub struct Site {
    /// The files.
    pub catalogue: Catalogue,
    /// The run that is shown, if it is one of this program.
    pub run: Option<Arc<Run>>,
    /// What has to come with a request, if anything.
    pub token: Option<Token>,
    /// Names by which the server may be called.
    pub names: Names,
    /// Who may read files at the same time.
    workers: Semaphore,
    listeners: Arc<Semaphore>,
}

impl Site {
    /// A site of these files, and of the run that writes one of them.
    #[must_use]
    pub fn new(catalogue: Catalogue, run: Option<Arc<Run>>, token: Option<Token>, names: Names) -> Arc<Site> {
        let workers = Semaphore::new(std::thread::available_parallelism().map_or(1, |threads| threads.get().min(4)));
        Arc::new(Site { catalogue, run, token, names, workers, listeners: Arc::new(Semaphore::new(LISTENERS)) })
    }
}

/// All that can be asked for.
pub fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(asset::page))
        .route("/page/{name}", get(asset::asset))
        .route("/api/results", get(about::results))
        .route("/api/results/{id}", get(about::result))
        .route("/api/results/{id}/live", get(live::live))
        .route("/api/results/{id}/failed", get(about::failed))
        .route("/api/results/{id}/strip", get(numbers::strip))
        .route("/api/results/{id}/tile", get(numbers::tile))
        .route("/api/results/{id}/row", get(numbers::row))
        .route("/api/results/{id}/cake", get(numbers::cake))
        .route("/api/results/{id}/map", get(numbers::map))
        .fallback(answer::nothing)
        .layer(from_fn_with_state(Arc::clone(&site), guard::guard))
        .with_state(site)
}
