//! Sockets: connections in, requests to the endpoints, answers out, with limits on time,
//! number and size. HTTP itself is hyper's.
//!
//! - [`connections`]: accepting, closing idle ones where there are too many, the farewell.
//! - [`exchange`]: one request and its answer.
//! - [`body`]: bodies, in and out.

mod body;
mod connections;
mod exchange;

use super::State;
use super::access::Guard;
use crate::error::{Error, Result};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// A server that runs on a thread of its own.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<Result<()>>>,
}

impl Running {
    /// Starts a server on a free port of this machine, for its own process: it asks for no token.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start(state: State) -> Result<Running> {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = listen(address)?;
        let guard = Guard::new(None, false, address.ip());
        let address = listener.local_addr().map_err(|e| Error::io(address, "listen", &e))?;
        let (stop, stopped) = oneshot::channel();
        let wait = async move {
            // A dropped sender stops the server as well.
            let _ = stopped.await;
        };
        let thread = std::thread::spawn(move || serve(Arc::new(state), guard, listener, wait, std::future::ready(())));
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

/// Serves until `stop` is ready, then finishes the requests that are under way and waits for
/// `last`.
///
/// # Errors
/// The runtime cannot be started or the socket cannot be used.
pub fn serve(
    state: Arc<State>,
    guard: Guard,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
    last: impl Future<Output = ()>,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(state.config().threads.min(crate::parallel::available()))
        .max_blocking_threads(state.config().api.max_requests.saturating_mul(2) + exchange::PROBES + 1)
        .thread_name("app")
        .enable_all()
        .build()
        .map_err(|e| Error::io("app", "start the runtime", &e))?;
    let served = runtime.block_on(async {
        connections::accept(exchange::Exchange::new(state, guard), listener, stop).await?;
        last.await;
        Ok(())
    });
    // Handlers that overstay are not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}
