//! Nobody is called that the config does not name: every binary under strace, which sees each address
//! that it connects to, sends to or listens at, and each program that it starts.

use crate::api::{App, until};
use crate::project::{Project, Ran, command};
use serde_json::json;
use std::collections::BTreeSet;
use std::process::Command;

/// Calls that name an address, and the one that starts another program, which might.
const CALLS: &str = "trace=connect,bind,sendto,sendmsg,sendmmsg,execve";

/// Whether there is an strace that may look.
fn strace_is_there() -> bool {
    let tried = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
    let there = tried.is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("skipped: there is no strace on this machine that may look at other programs");
    }
    there
}

/// What a process and its children did.
struct Seen {
    ran: Ran,
    /// Addresses of the network beyond this machine.
    foreign: BTreeSet<String>,
    /// Calls that named an address of this machine.
    own: usize,
    /// Programs that were started, itself not among them.
    programs: Vec<String>,
}

/// Runs a binary, at most for a minute.
fn watch(project: &Project, binary: &str, arguments: &[&str]) -> Seen {
    let trace = tempfile::NamedTempFile::new().unwrap();
    let program = command(binary).get_program().to_string_lossy().into_owned();
    let mut traced = Command::new("timeout");
    traced.args(["-s", "TERM", "60", "strace", "-f", "-qq", "-e", CALLS, "-e", "signal=none", "-o"]).arg(trace.path());
    traced.arg(program).args(arguments);
    let output = traced.env("CARGO_NET_OFFLINE", "true").env_remove("NO_COLOR").current_dir(project.path()).output();
    let ran = Ran::of(&output.unwrap());
    let text = std::fs::read_to_string(trace.path()).unwrap();
    let (mut foreign, mut own, mut programs) = (BTreeSet::new(), 0, Vec::new());
    for line in text.lines() {
        match addresses(line) {
            Some(found) => {
                own += found.iter().filter(|address| is_own(address)).count();
                foreign.extend(found.into_iter().filter(|address| !is_own(address)));
            }
            None => programs.extend(started(line)),
        }
    }
    programs.remove(0);
    Seen { ran, foreign, own, programs }
}

/// The addresses that a call names; `None` for a call of another kind.
///
/// `12 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.0.0.1")}, 16) = 0`
fn addresses(line: &str) -> Option<Vec<String>> {
    if line.contains("execve(") {
        return None;
    }
    let families = line.split("sa_family=").skip(1).map(|rest| {
        let family = rest.split([',', '}']).next().unwrap();
        let quoted = |after: &str| rest.split_once(after).and_then(|(_, rest)| rest.split('"').next());
        match family {
            "AF_INET" => quoted("inet_addr(\"").unwrap_or(rest).to_string(),
            "AF_INET6" => quoted("inet_pton(AF_INET6, \"").unwrap_or(rest).to_string(),
            // Sockets that are files, and talk to the kernel itself.
            "AF_UNIX" | "AF_NETLINK" => "this machine".to_string(),
            // What is told apart from an address: a socket is let go of.
            "AF_UNSPEC" => "this machine".to_string(),
            other => other.to_string(),
        }
    });
    Some(families.collect())
}

fn is_own(address: &str) -> bool {
    address == "this machine" || address.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The program that a call has started, and not only looked for.
fn started(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("execve(\"")?;
    line.ends_with(" = 0").then(|| rest.split('"').next().unwrap().to_string())
}

#[test]
fn what_strace_says_is_understood() {
    let call = |address: &str| addresses(&format!("12 connect(3, {{{address}}}, 16) = 0")).unwrap();
    let foreign = call("sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr(\"93.184.216.34\")");
    assert!(foreign == ["93.184.216.34"] && !is_own(&foreign[0]));
    let foreign = call(
        "sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"2606:2800::1\", &sin6_addr)",
    );
    assert!(foreign == ["2606:2800::1"] && !is_own(&foreign[0]));
    assert!(is_own(&call("sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")")[0]));
    assert!(is_own(&call("sa_family=AF_UNIX, sun_path=\"/run/nscd/socket\"")[0]));
    assert!(!is_own(&call("sa_family=AF_VSOCK, svm_cid=2")[0]), "what is not known is foreign");
    assert_eq!(started("9 execve(\"/bin/cargo\", [\"cargo\"], 0x1) = 0"), Some("/bin/cargo".to_string()));
    assert_eq!(started("9 execve(\"/no/cargo\", [\"cargo\"], 0x1) = -1 ENOENT (No such file or directory)"), None);
}

#[test]
fn no_binary_calls_anybody_unless_configured() {
    if !strace_is_there() {
        return;
    }
    // A file and its program alone: the newest versions of packages are asked for by diagnostics only.
    let project = Project::new();
    let calls: [(&str, &[&str]); 11] = [
        ("fullprocess", &[]),
        ("fullprocess", &["--check"]),
        ("ingestion", &[]),
        ("training", &[]),
        ("scoring", &[]),
        ("deployment", &[]),
        ("deployment", &["--history"]),
        ("deployment", &["--keygen", "key.pem"]),
        ("reporting", &[]),
        ("apicalls", &[]),
        ("fullprocess", &["--force"]),
    ];
    for (binary, arguments) in calls {
        let seen = watch(&project, binary, arguments);
        seen.ran.expect(0);
        assert!(seen.foreign.is_empty(), "{binary} {arguments:?}: {:?}", seen.foreign);
        assert!(seen.programs.is_empty(), "{binary} {arguments:?} starts {:?}", seen.programs);
        // Where the API is called, on this machine, that is seen.
        let calls_api = binary == "apicalls" || (binary == "fullprocess" && arguments != ["--check"]);
        assert_eq!(seen.own > 0, calls_api, "{binary} {arguments:?}: {} calls", seen.own);
    }
}

#[test]
fn the_registry_is_asked_by_diagnostics_on_request_and_by_nobody_where_the_config_says_never() {
    if !strace_is_there() {
        return;
    }
    let project = Project::new();
    project.run("fullprocess", &["--quiet"]).expect(0);
    let seen = watch(&project, "diagnostics", &[]);
    seen.ran.expect(0);
    assert!(seen.programs.iter().any(|program| program.ends_with("cargo")), "it asks by cargo: {:?}", seen.programs);
    project.config(json!({"diagnostics": {"newest_versions": "never"}}));
    let seen = watch(&project, "diagnostics", &[]);
    seen.ran.expect(0);
    assert!(seen.programs.is_empty() && seen.foreign.is_empty(), "{:?} {:?}", seen.programs, seen.foreign);
}

#[test]
fn the_app_listens_on_this_machine_and_calls_nobody() {
    if !strace_is_there() {
        return;
    }
    let project = Project::new();
    project.run("fullprocess", &["--quiet"]).expect(0);
    let trace = tempfile::NamedTempFile::new().unwrap();
    let program = command("app").get_program().to_string_lossy().into_owned();
    // The app is our child and strace its own process: whoever ends the app ends both.
    let mut traced = Command::new("strace");
    traced.args(["-D", "-f", "-q", "-e", CALLS, "-e", "signal=none", "-o"]).arg(trace.path());
    traced.args([program.as_str(), "--listen", "127.0.0.1:0"]);
    let app = App::try_run(traced, &project, &[]).unwrap();
    for endpoint in incumbent::api::ALL.iter().filter(|e| e.method == "GET") {
        let target = endpoint.paths[0].replace("{m}", "incumbent");
        assert_ne!(app.send("GET", &target, &[], "").status, 0, "{target}");
    }
    app.post("/retrain", "{\"force\": true}").expect(202);
    until("the run has ended", || app.get("/retrain").1["running"] == false);
    assert_eq!(app.get("/retrain").1["outcome"]["decision"], "kept_incumbent");
    assert_eq!(app.stop(), 0);
    let trace = || std::fs::read_to_string(trace.path()).unwrap();
    until("strace has written all", || trace().contains("+++ exited with 0 +++"));
    let text = trace();
    let named: Vec<String> = text.lines().filter_map(addresses).flatten().collect();
    assert!(named.iter().any(|address| address == "127.0.0.1"), "it listens: {named:?}");
    assert!(named.iter().all(|address| is_own(address)), "{named:?}");
    assert_eq!(text.lines().filter_map(started).count(), 1, "it starts no program");
}
