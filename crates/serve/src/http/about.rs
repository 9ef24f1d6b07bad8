//! What a result is, in words.

use std::sync::Arc;

use aureole::result::{Axis, Look, RecipeLook, Record};
use axum::extract::{Path, State};
use axum::http::Uri;
use serde_json::{Value, json};

use super::Site;
use super::answer::{Answer, Refused, json as answer};
use super::numbers::Query;
use crate::tile;

/// Failed frames that are told at once.
const TOLD: usize = 100;

/// `/api/results`.
pub(super) async fn results(State(site): State<Arc<Site>>) -> Answer {
    let shared = Arc::clone(&site);
    let listed = site.work(move || Ok(shared.catalogue.list())).await?;
    let listed: Vec<Value> = listed
        .iter()
        .map(|entry| json!({ "id": entry.id, "name": entry.name, "bytes": entry.bytes, "modified": entry.modified }))
        .collect();
    Ok(answer(&json!({
        "of": site.catalogue.name(),
        "folder": site.catalogue.is_folder(),
        "version": env!("CARGO_PKG_VERSION"),
        "results": listed,
    })))
}

/// `/api/results/ID`.
pub(super) async fn result(State(site): State<Arc<Site>>, Path(result): Path<String>) -> Answer {
    let view = site.view(&result).await?;
    let described = site.work(move || {
        let (look, generation) = view.look();
        Ok(described(&look, generation))
    });
    described.await.map(|value| answer(&value))
}

/// `/api/results/ID/failed?from`: failed frames from a row on, with the reasons.
pub(super) async fn failed(State(site): State<Arc<Site>>, Path(result): Path<String>, uri: Uri) -> Answer {
    let from = Query::of(&uri).number("from", 1 << 40)?;
    let view = site.view(&result).await?;
    let told = site.work(move || {
        let (look, _) = view.look();
        let rows: Vec<usize> = view.with_frames(|frames| frames.status().failed(from).take(TOLD).collect());
        let reasons = view.reasons(&rows).unwrap_or_else(|_| vec![String::new(); rows.len()]);
        let told = rows.iter().zip(reasons);
        Ok(told.map(|(row, why)| json!({ "row": row, "frame": look.first_frame + row, "reason": why })).collect())
    });
    told.await.map(|told: Vec<Value>| answer(&json!({ "failed": told })))
}

fn described(look: &Look, generation: u32) -> Value {
    let map =
        look.map.as_ref().map(|map| json!({ "slow": axis(&map.slow), "fast": axis(&map.fast), "rows": map.rows }));
    json!({
        "generation": generation,
        "name": look.file.file_name().map(|name| name.to_string_lossy()),
        "title": look.title,
        "started": look.started,
        "ended": look.ended,
        "first_frame": look.first_frame,
        "planned": look.planned,
        "wavelength": look.wavelength,
        "recipes": look.recipes.iter().map(recipe).collect::<Vec<_>>(),
        "map": map,
        "record": look.record.as_deref().map(record),
        "tile": { "rows": tile::ROWS, "columns": tile::COLUMNS, "most_level": tile::MOST_LEVEL },
    })
}

fn recipe(recipe: &RecipeLook) -> Value {
    json!({
        "name": recipe.name,
        "mode": recipe.mode,
        "unit": recipe.unit,
        "radial": axis(&recipe.axis),
        "azimuthal": recipe.azimuthal.as_ref().map(axis),
        "errors": recipe.errors.is_some(),
        "errors_are": recipe.errors_are,
    })
}

fn axis(axis: &Axis) -> Value {
    json!({ "centres": axis.centres, "units": axis.units, "long_name": axis.long_name })
}

fn record(record: &Record) -> Value {
    let files: Vec<Value> = record
        .files
        .iter()
        .map(|(role, name, digest)| json!({ "role": role, "name": name, "sha256": digest }))
        .collect();
    json!({
        "program": record.program,
        "version": record.version,
        "job": serde_json::from_str::<Value>(&record.job).unwrap_or_else(|_| Value::String(record.job.clone())),
        "files": files,
        "sources": record.sources.iter().map(|source| &source.name).collect::<Vec<_>>(),
        "frames_of": record.frames_of,
        "followed": record.followed,
    })
}

impl From<aureole::result::ResultError> for Refused {
    fn from(error: aureole::result::ResultError) -> Refused {
        Refused::trouble(error.to_string())
    }
}
