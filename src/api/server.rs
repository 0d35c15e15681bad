//! Sockets: connections in, requests to the endpoints, answers out, with limits on time,
//! number and size. HTTP itself is hyper's.

use super::{Request, Response, State, message};
use crate::error::{Error, Result};
use axum::body::Body;
use axum::http::{HeaderValue, Request as HttpRequest, Response as HttpResponse, StatusCode, header};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot, watch};

/// How long requests under way may take once the app is told to stop.
const FAREWELL: Duration = Duration::from_secs(10);
/// The most bytes of request line and headers together.
const HEAD_BYTES: usize = 64 * 1024;

/// A server that runs on a thread of its own.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<Result<()>>>,
}

impl Running {
    /// Starts a server at an address; port 0 takes a free one.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub fn start(state: State, address: SocketAddr) -> Result<Running> {
        let listener = listen(address)?;
        let address = listener.local_addr().map_err(|e| Error::io(address, "listen", &e))?;
        let (stop, stopped) = oneshot::channel();
        let wait = async move {
            // A dropped sender stops the server as well.
            let _ = stopped.await;
        };
        let thread = std::thread::spawn(move || serve(state, listener, wait));
        Ok(Running { address, stop: Some(stop), thread: Some(thread) })
    }

    /// Stops it and waits until the requests under way are answered.
    ///
    /// # Errors
    /// The server failed.
    pub fn stop(mut self) -> Result<()> {
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        drop(self.stop.take());
        match self.thread.take().map(std::thread::JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(Error::internal("the server's thread panicked")),
            None => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// Listens on an address.
///
/// # Errors
/// It is taken, or not one of this machine.
pub fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).map_err(|e| {
        let hint = match e.kind() {
            std::io::ErrorKind::AddrInUse => "another program holds the port; change api.listen in the config",
            std::io::ErrorKind::AddrNotAvailable => {
                "the address is none of this machine's; change api.listen in the config"
            }
            _ => "change api.listen in the config",
        };
        Error::create(address, "listen on the address", &e).hint(hint)
    })
}

/// Serves until `stop` is ready, then finishes what is under way.
///
/// # Errors
/// The runtime cannot be started or the socket cannot be used.
pub fn serve(state: State, listener: TcpListener, stop: impl Future<Output = ()>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Error::io("app", "start the runtime", &e))?;
    let served = runtime.block_on(accept(Arc::new(state), listener, stop));
    // Handlers that overstay are not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

async fn accept(state: Arc<State>, listener: TcpListener, stop: impl Future<Output = ()>) -> Result<()> {
    let failed = |e: std::io::Error| Error::io("app", "use the listening socket", &e);
    listener.set_nonblocking(true).map_err(failed)?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
    let api = state.config().api.clone();
    let places = Arc::new(Semaphore::new(api.max_connections));
    let (farewell, leaving) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let (place, stream) = tokio::select! {
            () = &mut stop => break,
            accepted = async { (place.await, listener.accept().await) } => accepted,
        };
        let (Ok(place), Ok((stream, _))) = (place, stream) else {
            // Out of descriptors, or a client that left at once: give others time to end.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        // Without this, small answers wait for the client's acknowledgement.
        let _ = stream.set_nodelay(true);
        let service = service(Arc::clone(&state));
        let mut leaving = leaving.clone();
        let deadline = Duration::from_secs(api.header_seconds);
        tokio::spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(deadline)
                .max_buf_size(HEAD_BYTES)
                .serve_connection(TokioIo::new(stream), service);
            let mut connection = std::pin::pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => {}
                _ = leaving.changed() => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
            drop(place);
        });
    }
    drop(listener);
    let _ = farewell.send(true);
    let all = u32::try_from(api.max_connections).unwrap_or(u32::MAX);
    let _ = tokio::time::timeout(FAREWELL, places.acquire_many(all)).await;
    Ok(())
}

/// What hyper calls for each request: axum's router with one handler, since routing is
/// the registry's.
fn service(state: Arc<State>) -> TowerToHyperService<axum::Router> {
    let handler = move |request: HttpRequest<Body>| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Infallible>(handle(state, request).await) }
    };
    TowerToHyperService::new(axum::Router::new().fallback(move |request| {
        let answer = handler(request);
        async move { answer.await.unwrap_or_else(|never| match never {}) }
    }))
}

async fn handle(state: Arc<State>, request: HttpRequest<Body>) -> HttpResponse<Body> {
    let head = request.method() == axum::http::Method::HEAD;
    let request = Request {
        method: request.method().as_str().to_string(),
        path: request.uri().path().to_string(),
        query: message::parse_query(request.uri().query().unwrap_or_default()),
    };
    // Files are read and models run off the thread that serves the sockets.
    let answered = tokio::task::spawn_blocking(move || super::answer(&request, &state)).await;
    let response = answered
        .unwrap_or_else(|_| Response::problem(500, "the request failed", "this is a bug; the app goes on with others"));
    to_http(response, head)
}

fn to_http(response: Response, head: bool) -> HttpResponse<Body> {
    let length = response.body.len();
    let body = if head { Body::empty() } else { Body::from(response.body) };
    let mut http = HttpResponse::new(body);
    *http.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = http.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(response.content_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    for (name, value) in response.headers {
        // A value with a line end is no header value and is left out.
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    http
}
