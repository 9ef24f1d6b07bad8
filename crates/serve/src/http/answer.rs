//! Answers that are no page: numbers, and sentences that say what is wrong.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Site;

/// Why a request is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) StatusCode, pub(super) String);

impl Refused {
    /// The request names something that cannot be.
    pub(super) fn bad(why: impl Into<String>) -> Refused {
        Refused(StatusCode::BAD_REQUEST, why.into())
    }

    /// There is no such thing.
    pub(super) fn missing(why: impl Into<String>) -> Refused {
        Refused(StatusCode::NOT_FOUND, why.into())
    }

    /// A file cannot be shown at the moment.
    pub(super) fn trouble(why: impl Into<String>) -> Refused {
        Refused(StatusCode::SERVICE_UNAVAILABLE, why.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = json(&json!({ "error": self.1 }));
        *response.status_mut() = self.0;
        response
    }
}

/// What was asked for, or why not.
pub(super) type Answer = Result<Response, Refused>;

/// A value as JSON.
pub(super) fn json(value: &Value) -> Response {
    typed("application/json", value.to_string().into())
}

/// Numbers, little endian.
pub(super) fn bytes(bytes: Vec<u8>) -> Response {
    typed("application/octet-stream", bytes.into())
}

/// Content of a type.
pub(super) fn typed(kind: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// There is nothing by that name.
pub(super) async fn nothing() -> Refused {
    Refused::missing("there is nothing by that name")
}

impl Site {
    /// Does what takes time in a thread of its own, a few at a time.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let busy = || Refused::trouble("too many questions at once");
        let Ok(_turn) = self.workers.acquire().await else { return Err(busy()) };
        let done = tokio::task::spawn_blocking(work).await;
        done.unwrap_or_else(|_| Err(Refused(StatusCode::INTERNAL_SERVER_ERROR, "this could not be done".into())))
    }
}
