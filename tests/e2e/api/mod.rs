//! The app over real sockets.

mod browser;
pub mod conformance;
mod metrics;
mod mimic;
mod pipeline;
mod protocols;
mod reads;
mod rows;
mod security;
mod sockets;

use crate::project::{Project, command};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// An app on a free port; told to end when dropped.
pub struct App {
    child: Child,
    pub address: String,
    /// What it has written on standard error.
    said: Arc<Mutex<String>>,
}

/// What the app answered.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body: String = self.body.chars().take(2000).collect();
        write!(f, "{} {:?} {body:?}", self.status, self.head)
    }
}

impl Reply {
    fn of(answer: &str) -> Reply {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no whole answer: {answer:?}"));
        let status = head.split(' ').nth(1).unwrap_or_else(|| panic!("{answer}")).parse().unwrap();
        let head = head.to_ascii_lowercase();
        let body = if head.contains("transfer-encoding: chunked") { dechunked(body) } else { body.to_string() };
        Reply { status, head, body }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub fn expect(self, status: u16) -> Reply {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// The body holds all of these.
    pub fn says(self, parts: &[&str]) -> Reply {
        for part in parts {
            assert!(self.body.contains(part), "{part:?} is missing in {self:?}");
        }
        self
    }
}

fn dechunked(mut body: &str) -> String {
    let mut out = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        if size == 0 {
            return out;
        }
        out.push_str(&rest[..size]);
        body = &rest[size + 2..];
    }
    panic!("the last chunk is missing");
}

impl App {
    pub fn start(project: &Project) -> App {
        App::start_with(project, &["--listen", "127.0.0.1:0"], &[])
    }

    /// With so many descriptors and no more.
    pub fn start_with_descriptors(project: &Project, most: usize) -> App {
        let app = command("app").get_program().to_string_lossy().into_owned();
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -n {most}; exec '{app}' --listen 127.0.0.1:0")]);
        App::run(shell, project, &[])
    }

    pub fn start_with(project: &Project, arguments: &[&str], environment: &[(&str, &str)]) -> App {
        let mut app = command("app");
        app.args(arguments);
        App::run(app, project, environment)
    }

    fn run(command: Command, project: &Project, environment: &[(&str, &str)]) -> App {
        App::try_run(command, project, environment).expect("the app says where it listens")
    }

    /// `None` where the app ends before it listens.
    pub fn try_run(mut command: Command, project: &Project, environment: &[(&str, &str)]) -> Option<App> {
        let mut child = command
            .env_remove("INCUMBENT_TOKEN")
            .envs(environment.iter().copied())
            .current_dir(project.path())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let kept = said.clone();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok).inspect(move |line| kept.lock().unwrap().push_str(line));
        let Some(line) = lines.find(|l| l.contains("http://")) else {
            child.wait().unwrap();
            return None;
        };
        // The rest is read away, so that the app never waits for a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let address = line.split("http://").nth(1).unwrap().trim().replace("0.0.0.0", "127.0.0.1");
        Some(App { child, address, said })
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Bytes as they are, and all that comes back.
    pub fn exchange(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect();
        // The app may answer and close before it has read all.
        let _ = stream.write_all(request.as_ref());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Reply {
        Reply::of(&self.exchange(self.request(method, target, headers, body)))
    }

    /// A request as it is sent.
    fn request(&self, method: &str, target: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
        let body = body.as_ref();
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let host = &self.address;
        let length = if body.is_empty() && method != "POST" && method != "PUT" {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", body.len())
        };
        let head = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n{headers}{length}Connection: close\r\n\r\n");
        [head.as_bytes(), body].concat()
    }

    /// `None` where the app dies before it has answered.
    pub fn try_post(&self, target: &str, body: impl AsRef<[u8]>) -> Option<Reply> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        let request = self.request("POST", target, &[("Content-Type", "application/json")], body);
        let mut answer = Vec::new();
        let _ = stream.write_all(&request).and_then(|()| stream.read_to_end(&mut answer));
        let answer = String::from_utf8_lossy(&answer);
        answer.contains("\r\n\r\n").then(|| Reply::of(&answer))
    }

    pub fn post(&self, target: &str, body: impl AsRef<[u8]>) -> Reply {
        self.send("POST", target, &[("Content-Type", "application/json")], body)
    }

    pub fn get(&self, target: &str) -> (u16, Value) {
        let reply = self.send("GET", target, &[("Accept", "application/json")], "");
        (reply.status, reply.json())
    }

    /// What it has written on standard error so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Peak resident memory, in bytes.
    pub fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    pub fn signal(&self, name: &str) {
        // The shell's own kill: not every machine has one beside it.
        let command = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &command]).status().unwrap().success());
    }

    /// SIGTERM, and the exit code.
    pub fn stop(self) -> i32 {
        self.signal("TERM");
        self.stop_after_signal()
    }

    /// Whether it ends by SIGKILL once it is told to end, where it has not been killed before.
    pub fn was_killed(mut self) -> bool {
        if self.child.try_wait().unwrap().is_none() {
            self.signal("TERM");
        }
        self.child.wait().unwrap().signal() == Some(9)
    }

    /// The exit code of an app that was told to end.
    pub fn stop_after_signal(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap_or(-1)
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so, for half a minute at most.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
