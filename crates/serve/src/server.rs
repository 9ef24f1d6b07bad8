//! The server: who may connect, how many, and for how long they may be silent.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;

use crate::catalogue::{Catalogue, Place};
use crate::http::{Names, Site, Token, router};
use crate::run::Run;

/// Connections at the same time.
pub const MOST_CONNECTIONS: usize = 64;

/// Seconds within which a request has to be there as a whole, and after which an idle connection is closed.
const REQUEST_WITHIN: Duration = Duration::from_secs(10);

/// Seconds for which a client may take nothing of what it has asked for.
const TAKEN_WITHIN: Duration = Duration::from_secs(20);

/// Bytes of a request at most, and lines of it.
const REQUEST_BYTES: usize = 16 << 10;
const REQUEST_LINES: usize = 64;

/// How a server is started.
#[derive(Clone, Default)]
pub struct Options {
    /// The address to listen at; the machine itself alone where none is given.
    pub host: Option<IpAddr>,
    /// The port; any free one for 0.
    pub port: u16,
    /// What a request has to bring. Servers that others can reach make one of their own where none is given.
    pub token: Option<Token>,
    /// Give way to a run of this program.
    pub gentle: bool,
}

/// Why a server does not start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be had.
    #[error("{address} cannot be listened at ({reason})")]
    Address {
        /// The address.
        address: SocketAddr,
        /// What is wrong.
        reason: String,
    },
    /// The system does not give what a server needs.
    #[error("{0}")]
    System(String),
}

/// A server at work, until it is dropped.
pub struct Server {
    url: String,
    runtime: Option<Runtime>,
}

impl Server {
    /// Starts to show what is at a place, and the run that writes it, if it is one of this program.
    ///
    /// # Errors
    /// When the address is taken, or the system gives no threads.
    pub fn start(place: Place, run: Option<Arc<Run>>, options: &Options) -> Result<Server, ServeError> {
        let address = SocketAddr::new(options.host.unwrap_or(Ipv4Addr::LOCALHOST.into()), options.port);
        let taken = |error: std::io::Error| ServeError::Address { address, reason: error.to_string() };
        let listener = TcpListener::bind(address).map_err(taken)?;
        listener.set_nonblocking(true).map_err(taken)?;
        let port = listener.local_addr().map_err(taken)?.port();
        let open = !address.ip().is_loopback();
        let token = match &options.token {
            Some(token) => Some(token.clone()),
            None => open.then(Token::random).transpose().map_err(ServeError::System)?,
        };
        let host = called(address.ip());
        let names = Names { hosts: open.then(|| vec![machine().to_ascii_lowercase()]), port };
        let behind = token.as_ref().map_or(String::new(), |token| format!("?token={}", token.text()));
        let url = format!("http://{host}:{port}/{behind}");
        let site = Site::new(Catalogue::new(place), run, token, names);
        let runtime = runtime(options.gentle).map_err(|error| ServeError::System(error.to_string()))?;
        runtime.spawn(accept(listener, site));
        Ok(Server { url, runtime: Some(runtime) })
    }

    /// The address of the page, with the token.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    /// Nobody waits for pages that are open.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// How an address is written in a URL; the machine's name for all of its addresses.
fn called(address: IpAddr) -> String {
    match address {
        address if address.is_unspecified() => machine(),
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// The machine's name.
fn machine() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if name.is_empty() { "localhost".into() } else { name }
}

fn runtime(gentle: bool) -> std::io::Result<Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).max_blocking_threads(8).thread_name("page").enable_io().enable_time();
    if gentle {
        // A thread's own niceness; one that cannot be had is no reason not to serve.
        builder.on_thread_start(|| {
            let _ = rustix::process::nice(10);
        });
    }
    builder.build()
}

async fn accept(listener: TcpListener, site: Arc<Site>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let (free, service) = (Arc::new(Semaphore::new(MOST_CONNECTIONS)), router(site));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // Such as too many open files: others may be closed soon.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&free).try_acquire_owned() else {
            refuse(stream);
            continue;
        };
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let mut stream = TimeoutStream::new(stream);
            stream.set_write_timeout(Some(TAKEN_WITHIN));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(REQUEST_WITHIN)
                .max_buf_size(REQUEST_BYTES)
                .max_headers(REQUEST_LINES)
                .serve_connection(TokioIo::new(Box::pin(stream)), service);
            // What a client has done wrong is not this server's to tell.
            let _ = connection.await;
            drop(place);
        });
    }
}

/// Says to one client too many that there is no room, without waiting for it.
fn refuse(stream: tokio::net::TcpStream) {
    let said = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let _ = stream.into_std().and_then(|mut stream: TcpStream| stream.write_all(said));
}
