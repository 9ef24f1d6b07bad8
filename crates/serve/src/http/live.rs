//! News as they happen, by server-sent events: ten a second at most, and none while nothing happens.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::Site;
use super::answer::Refused;
use super::numbers::id;
use crate::view::{News, View};

/// Between two events.
const TICK: Duration = Duration::from_millis(100);

/// Between two signs of life.
const ALIVE: Duration = Duration::from_secs(10);

/// `/api/results/ID/live`.
pub(super) async fn live(State(site): State<Arc<Site>>, Path(result): Path<String>) -> Result<Response, Refused> {
    let id = id(&result)?;
    let turn = Arc::clone(&site.listeners).try_acquire_owned();
    let turn = turn.map_err(|_| Refused::trouble("too many pages are open"))?;
    let mut clock = interval(TICK);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let listener = Listener { site, id, clock, number: 0, last: Value::Null, opened: false, over: false, _turn: turn };
    Ok(Sse::new(events(listener)).keep_alive(KeepAlive::new().interval(ALIVE)).into_response())
}

/// A page that gets news.
struct Listener {
    site: Arc<Site>,
    id: u32,
    clock: Interval,
    /// Of the last news.
    number: u64,
    last: Value,
    opened: bool,
    over: bool,
    _turn: OwnedSemaphorePermit,
}

fn events(listener: Listener) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(listener, |mut listener| async move {
        loop {
            if listener.over {
                return None;
            }
            listener.clock.tick().await;
            let value = listener.next().await;
            if let Some(value) = value {
                return Some((Ok(Event::default().data(value.to_string())), listener));
            }
        }
    })
}

impl Listener {
    /// What is new, if anything is.
    async fn next(&mut self) -> Option<Value> {
        let (site, id, since) = (Arc::clone(&self.site), self.id, self.number);
        let run = run(&site);
        let view = if self.opened { site.catalogue.kept(id).ok_or(None) } else { site.open(id).await };
        let value = match view {
            Ok(view) => {
                self.opened = true;
                let news = view.news(since);
                self.number = news.number;
                told(&site, &view, &news, run.as_ref())
            }
            Err(None) => {
                // Others look at other results, and only a few are kept open.
                self.over = true;
                json!({ "closed": true })
            }
            Err(Some(why)) => json!({ "waiting": why, "run": run }),
        };
        (value != self.last).then(|| {
            self.last = value.clone();
            value
        })
    }
}

impl Site {
    async fn open(self: &Arc<Site>, id: u32) -> Result<Arc<View>, Option<String>> {
        let site = Arc::clone(self);
        tokio::task::spawn_blocking(move || site.catalogue.view(id)).await.unwrap_or(Err(None))
    }
}

fn run(site: &Site) -> Option<Value> {
    let told = site.run.as_ref()?.told();
    Some(json!({
        "phase": told.phase,
        "header": told.header,
        "stages": told.stages,
        "rate": told.rate,
        "ended": told.ended,
    }))
}

fn told(site: &Site, view: &View, news: &News, run: Option<&Value>) -> Value {
    let trouble = news.trouble.as_ref().map(|trouble| site.catalogue.without_folder(trouble));
    json!({
        "number": news.number,
        "generation": view.look().1,
        "rows": news.rows,
        "planned": news.planned,
        "done": news.done,
        "failed": news.failed,
        "last_done": news.last_done,
        "ended": news.ended,
        "rate": news.rate.map(|rate| (rate * 10.0).round() / 10.0),
        "changed": [news.changed.start, news.changed.end],
        "covered": news.covered,
        "covering": news.covering,
        "trouble": trouble,
        "run": run,
    })
}
