//! Who may ask, and how: before anything else sees a request.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::Site;
use super::answer::Refused;

/// Longest path and query.
const LONGEST: usize = 1024;

/// Characters that a token has at least.
const SHORTEST_TOKEN: usize = 16;

/// The parts of the policy: everything comes from this server, and nothing may be put around the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What has to come with a request.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A random one of 128 bits.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn random() -> Result<Token, String> {
        let mut bytes = [0u8; 16];
        getrandom::fill(&mut bytes).map_err(|error| format!("no random numbers for a token ({error})"))?;
        Ok(Token(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// One that somebody has chosen.
    ///
    /// # Errors
    /// When it is short, or has characters that an address cannot have.
    pub fn chosen(text: &str) -> Result<Token, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        if text.len() < SHORTEST_TOKEN || text.len() > 128 || !text.chars().all(plain) {
            return Err(format!("{SHORTEST_TOKEN} to 128 letters, digits, and - _ . ~ are needed"));
        }
        Ok(Token(text.to_owned()))
    }

    /// As it stands in an address.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The same, in a time that does not tell where it differs.
    fn is(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

/// Names by which the server may be called, so that no other name can be led here (DNS rebinding).
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Any address in digits, and these names with what may follow them behind a dot; only with a token.
    pub hosts: Option<Vec<String>>,
    /// The port, which is part of the name of the cookie: servers of one machine share its cookies.
    pub port: u16,
}

impl Names {
    /// True for the name and port of a request that may be meant for this server.
    #[must_use]
    pub fn allows(&self, host: &str) -> bool {
        let Some(name) = without_port(host) else { return false };
        let digits = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        if name.eq_ignore_ascii_case("localhost") || digits.is_some_and(|address| address.is_loopback()) {
            return true;
        }
        let Some(hosts) = &self.hosts else { return false };
        let name = name.to_ascii_lowercase();
        let called = |host: &String| name == *host || name.strip_prefix(host).is_some_and(|rest| rest.starts_with('.'));
        digits.is_some() || hosts.iter().any(called)
    }

    fn cookie(&self) -> String {
        format!("aureole_{}", self.port)
    }
}

/// `NAME`, `NAME:PORT`, `[ADDRESS]:PORT`.
fn without_port(host: &str) -> Option<&str> {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    };
    let whole = name.starts_with('[') == name.ends_with(']') && (name.starts_with('[') || !name.contains(':'));
    let number = port.is_none_or(|port| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok());
    (whole && number && !name.is_empty()).then_some(name)
}

/// Lets a request through, or refuses it; every answer gets the headers that keep it safe.
pub(super) async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let mut response = match check(&site, request.method(), request.uri(), request.headers()) {
        Ok(Pass::Through) => next.run(request).await,
        Ok(Pass::In(cookie)) => enter(cookie),
        Err(refused) => refused.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    response
}

/// How a request goes on.
enum Pass {
    Through,
    /// The token was in the address: to the page without it, with a cookie.
    In(HeaderValue),
}

fn check(site: &Site, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<Pass, Refused> {
    if method != Method::GET {
        return Err(Refused(StatusCode::METHOD_NOT_ALLOWED, "only GET: nothing can be changed here".into()));
    }
    if uri.path_and_query().is_none_or(|path| path.as_str().len() > LONGEST) {
        return Err(Refused(StatusCode::URI_TOO_LONG, "the address is too long".into()));
    }
    let one = |name: header::HeaderName| {
        let mut values = headers.get_all(name).iter();
        let first = values.next().and_then(|value| value.to_str().ok());
        first.filter(|_| values.next().is_none())
    };
    let host = one(header::HOST).filter(|host| site.names.allows(host));
    let authority = uri.authority().is_none_or(|authority| site.names.allows(authority.as_str()));
    if host.is_none() || !authority {
        return Err(Refused(StatusCode::MISDIRECTED_REQUEST, "this server is not called by that name".into()));
    }
    let body = headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
    if body || headers.contains_key(header::TRANSFER_ENCODING) || headers.contains_key(header::UPGRADE) {
        return Err(Refused(StatusCode::PAYLOAD_TOO_LARGE, "a request has no content here".into()));
    }
    let Some(token) = &site.token else { return Ok(Pass::Through) };
    let cookie = site.names.cookie();
    if given(headers, &cookie).any(|given| token.is(given)) {
        return Ok(Pass::Through);
    }
    let named = uri.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("token=")));
    if uri.path() == "/" && named.is_some_and(|given| token.is(given)) {
        let cookie = format!("{cookie}={}; Path=/; HttpOnly; SameSite=Lax", token.text());
        return HeaderValue::from_str(&cookie).map(Pass::In).map_err(|_| Refused::bad("no token"));
    }
    Err(Refused(StatusCode::UNAUTHORIZED, "a token is needed: open the address that aureole serve has printed".into()))
}

/// Tokens that came with a request.
fn given<'a>(headers: &'a HeaderMap, cookie: &'a str) -> impl Iterator<Item = &'a str> {
    let text = |value: &'a HeaderValue| value.to_str().ok();
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(text).flat_map(|cookies| cookies.split(';'));
    let cookies = cookies.filter_map(move |pair| pair.trim().strip_prefix(cookie)?.strip_prefix('='));
    let bearer = headers.get_all(header::AUTHORIZATION).iter().filter_map(text);
    cookies.chain(bearer.filter_map(|value| value.strip_prefix("Bearer ")))
}

fn enter(cookie: HeaderValue) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/"));
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_others_can_lead_here_are_not_this_servers() {
        let loopback = Names { hosts: None, port: 8080 };
        for host in ["localhost", "localhost:8080", "LOCALHOST:1", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080", "[::1]"]
        {
            assert!(loopback.allows(host), "{host}");
        }
        for host in [
            "",
            ":",
            ":80",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "[::1",
            "::1",
            "localhost:",
            "localhost:99999",
            "localhost:80:80",
            "localhost@evil",
            "[fe80::1]",
        ] {
            assert!(!loopback.allows(host), "{host}");
        }
        let open = Names { hosts: Some(vec!["beamline".into()]), port: 8080 };
        for host in ["10.0.0.1:8080", "beamline", "beamline.example.org:9000", "[fe80::1]:80", "localhost"] {
            assert!(open.allows(host), "{host}");
        }
        for host in ["beamlines", "x.beamline", "evil.example"] {
            assert!(!open.allows(host), "{host}");
        }
    }

    #[test]
    fn a_token_is_random_or_long_enough() {
        let (one, other) = (Token::random().unwrap(), Token::random().unwrap());
        assert!(one.text().len() == 32 && one.text() != other.text());
        assert!(one.is(one.text()) && !one.is(other.text()) && !one.is("") && !one.is(&one.text()[..31]));
        assert!(Token::chosen("0123456789abcdef").is_ok());
        for bad in ["", "short", "0123456789abcde;", "0123456789abcde ", "0123456789abcde\u{e9}"] {
            assert!(Token::chosen(bad).is_err(), "{bad}");
        }
    }
}
