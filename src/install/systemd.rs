//! A service and its timer for systemd.

use super::{on_calendar, printable, scheduled};
use crate::config::Folders;
use crate::error::{Error, Kind, Problem, Result};
use crate::schedule::describe;
use std::fmt;
use std::path::Path;

/// Two unit files; as text, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Units {
    /// `incumbent.service`.
    pub service: String,
    /// `incumbent.timer`.
    pub timer: String,
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.service, self.timer)
    }
}

/// The units that run `binary` with `config` on `schedule`; paths absolute. `user` is who
/// the files belong to, where that is known.
///
/// # Errors
/// No schedule, or not a valid one; a path that cannot stand in a unit.
pub fn systemd_units(
    binary: &Path,
    config: &Path,
    schedule: Option<&str>,
    folders: &Folders,
    user: Option<&str>,
) -> Result<Units> {
    let fields = scheduled(config, schedule)?;
    let (binary, config_text) = (startable(binary)?, printable(config)?);
    let outputs = [&folders.ingested, &folders.model, &folders.production];
    // What lies below the config's folder may be written with it.
    let apart: Vec<&Path> = outputs.iter().map(|f| f.as_path()).filter(|f| !f.starts_with(&folders.home)).collect();
    let mut writable = vec![quoted(printable(&folders.home)?)];
    let mut folders_first = String::new();
    for folder in &apart {
        // Without the dash, a folder that is not there yet would keep the unit from starting.
        writable.push(quoted(&format!("-{}", printable(folder)?)));
        folders_first.push_str(&format!("# Before the first run, create {}\n", folder.display()));
    }
    let mut inputs = Vec::new();
    for folder in [&folders.input, &folders.test] {
        let holds_output = outputs.iter().any(|output| output.starts_with(folder)) || folders.home.starts_with(folder);
        if !holds_output {
            inputs.push(quoted(&format!("-{}", printable(folder)?)));
        }
    }
    let inputs = match inputs.is_empty() {
        true => String::new(),
        false => format!("ReadOnlyPaths={}\n", inputs.join(" ")),
    };
    let temporary = |path: &Path| path.starts_with("/tmp") || path.starts_with("/var/tmp");
    let all = outputs.iter().map(|f| f.as_path()).chain([config, Path::new(binary), &folders.input, &folders.test]);
    let private_tmp = match all.into_iter().any(temporary) {
        true => "# No PrivateTmp: the service would not see its files, which lie among temporary ones.\n",
        false => "PrivateTmp=yes\n",
    };
    let user = match user.filter(|name| is_user(name)) {
        Some(name) => format!("User={name}\n"),
        None => {
            "# Without this line the service runs as root; name the user that the files belong to.\n#User=\n".into()
        }
    };
    // With a colon before it, systemd leaves $ in the command alone.
    let literal = if binary.contains('$') || config_text.contains('$') { ":" } else { "" };
    let service = format!(
        "# /etc/systemd/system/incumbent.service
# One run of the pipeline with {config_text}
# For a second config, give both files another name.
{folders_first}[Unit]
Description=incumbent: train, compare and deploy the better model

[Service]
Type=oneshot
ExecStart={literal}{binary} --config {config}
# 75: another run, started by hand, holds the lock. Nothing is wrong and the timer comes
# again; a lock that is held for too long shows as a missed run in fullprocess --check.
SuccessExitStatus=75
{user}NoNewPrivileges=yes
# Everything is read-only to the service but these folders.
ProtectSystem=strict
ReadWritePaths={writable}
{inputs}{private_tmp}PrivateDevices=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
",
        binary = quoted(binary),
        config = quoted(config_text),
        writable = writable.join(" "),
    );
    let timer = format!(
        "# /etc/systemd/system/incumbent.timer
# Then: systemctl daemon-reload && systemctl enable --now incumbent.timer
# Look: systemctl list-timers incumbent.timer; journalctl -u incumbent.service
[Unit]
Description=incumbent: {words}

[Timer]
# {cron} in cron's fields.
OnCalendar={calendar}
# A run that was due while the machine was off is made up for.
Persistent=true
# Cron's precision; the default is anywhere within a minute.
AccuracySec=1s

[Install]
WantedBy=timers.target
",
        words = describe(&fields.text).replace('%', "%%"),
        cron = fields.text,
        calendar = on_calendar(&fields),
    );
    Ok(Units { service, timer })
}

/// A word of a setting by systemd's rules: quoted where needed, `%` doubled since it
/// begins a specifier.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@+=:,./-".contains(c);
    if word.chars().all(plain) {
        return word.to_string();
    }
    let mut text = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '%' => text.push_str("%%"),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

/// Systemd starts no program with a quote or a backslash in its path, however it is written.
fn startable(binary: &Path) -> Result<&str> {
    let text = printable(binary)?;
    if text.contains(['"', '\'', '\\']) {
        let problem = Problem::at(text, "systemd does not start a program with a quote or a backslash in its path");
        return Err(Error::new(Kind::Config, problem.hint("move the program, or use fullprocess --crontab")));
    }
    Ok(text)
}

/// A name that systemd takes without question.
fn is_user(name: &str) -> bool {
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    first && name.len() <= 31 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests;
