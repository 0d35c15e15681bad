use super::*;
use crate::error::Kind;
use std::path::PathBuf;
use std::process::Command;

/// The folders of a config; those named in `apart` lie elsewhere.
fn folders(config: &Path, apart: &[(&str, &str)]) -> Folders {
    Folders::new(config, |key| match apart.iter().find(|(k, _)| *k == key) {
        Some((_, path)) => path,
        None => match key {
            "input_folder_path" => "in",
            "output_folder_path" => "out",
            "test_data_path" => "test",
            "output_model_path" => "models",
            _ => "prod",
        },
    })
}

fn units(binary: &str, config: &str, apart: &[(&str, &str)]) -> Units {
    let config = Path::new(config);
    systemd_units(Path::new(binary), config, Some("*/10 8-17 * * 1-5"), &folders(config, apart), Some("churn")).unwrap()
}

fn setting<'a>(unit: &'a str, name: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('=')).collect()
}

#[test]
fn a_service_and_a_timer_come_out() {
    let units = units("/opt/fullprocess", "/srv/churn/config.json", &[]);
    let service = |name| setting(&units.service, name);
    assert_eq!(service("ExecStart"), ["/opt/fullprocess --config /srv/churn/config.json"]);
    assert_eq!(service("Type"), ["oneshot"]);
    assert_eq!(service("User"), ["churn"]);
    assert_eq!(service("SuccessExitStatus"), ["75"]);
    assert_eq!(service("ProtectSystem"), ["strict"]);
    assert_eq!(service("ReadWritePaths"), ["/srv/churn"]);
    assert_eq!(service("ReadOnlyPaths"), ["-/srv/churn/in -/srv/churn/test"]);
    assert_eq!((service("NoNewPrivileges"), service("PrivateTmp")), (vec!["yes"], vec!["yes"]));
    assert_eq!(setting(&units.timer, "OnCalendar"), ["Mon..Fri *-*-* 08..17:00/10:00"]);
    assert_eq!(setting(&units.timer, "Persistent"), ["true"]);
    let text = units.to_string();
    assert!(text.starts_with("# /etc/systemd/system/incumbent.service\n"));
    assert!(text.contains("\n\n# /etc/systemd/system/incumbent.timer\n"));
}

#[test]
fn folders_elsewhere_are_named_and_temporary_ones_seen() {
    let apart = [("prod_deployment_path", "/var/lib/churn 1%"), ("input_folder_path", ".")];
    let units = units("/opt/fullprocess", "/tmp/churn/config.json", &apart);
    assert_eq!(setting(&units.service, "ReadWritePaths"), [r#"/tmp/churn "-/var/lib/churn 1%%""#]);
    // The input folder is the config's own here: read-only, it would take the outputs along.
    assert_eq!(setting(&units.service, "ReadOnlyPaths"), ["-/tmp/churn/test"]);
    assert!(setting(&units.service, "PrivateTmp").is_empty());
    assert!(units.service.contains("# Before the first run, create /var/lib/churn 1%\n"));
}

#[test]
fn commands_are_quoted_by_systemds_rules() {
    for (path, wanted) in [
        ("/a b", r#""/a b""#),
        ("/100%", r#""/100%%""#),
        (r#"/a"b\c"#, r#""/a\"b\\c""#),
        ("/it's;é", r#""/it's;é""#),
        ("/a=b,c:d+e@f_g-h.i", "/a=b,c:d+e@f_g-h.i"),
    ] {
        assert_eq!(quoted(path), wanted);
    }
    let units = units("/opt/$x/fullprocess", "/c.json", &[]);
    assert_eq!(setting(&units.service, "ExecStart"), [r#":"/opt/$x/fullprocess" --config /c.json"#]);
}

#[test]
fn what_cannot_stand_in_a_unit_is_refused() {
    let config = PathBuf::from("/srv/c.json");
    let make = |binary: &str, schedule, apart: &[(&str, &str)], user| {
        systemd_units(Path::new(binary), &config, schedule, &folders(&config, apart), user)
    };
    assert_eq!(make("/opt/x", None, &[], None).unwrap_err().kind, Kind::Config);
    assert_eq!(make("/opt/x\nUser=root", Some("* * * * *"), &[], None).unwrap_err().kind, Kind::Config);
    for binary in [r"/opt/a\b", "/opt/a\"b", "/opt/it's"] {
        let error = make(binary, Some("* * * * *"), &[], None).unwrap_err();
        assert!(error.message().contains("a quote or a backslash"), "{}", error.message());
    }
    let apart = [("output_model_path", "/x\ny")];
    assert_eq!(make("/opt/x", Some("* * * * *"), &apart, None).unwrap_err().kind, Kind::Config);
    for user in [None, Some("a\nb"), Some("")] {
        let units = make("/opt/x", Some("* * * * *"), &[], user).unwrap();
        assert!(setting(&units.service, "User").is_empty() && units.service.contains("#User=\n"));
    }
}

#[test]
fn systemd_accepts_the_units() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        eprintln!("not checked: systemd-analyze is not on this machine");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join(r#"a b %n "q" \x $HOME 'p' é"#);
    let programs = folder.path().join("a b %n $HOME;é");
    crate::store::batch::create_folder(&programs).unwrap();
    let binary = programs.join("fullprocess");
    // Verifying asks for a binary that can be run: any will do.
    std::os::unix::fs::symlink("/bin/true", &binary).unwrap();
    let config = odd.join("config.json");
    let folders = folders(&config, &[("prod_deployment_path", "/nowhere at all/100%")]);
    let units = systemd_units(&binary, &config, Some("*/10 * * * *"), &folders, None).unwrap();
    let (service, timer) = (folder.path().join("incumbent.service"), folder.path().join("incumbent.timer"));
    crate::store::batch::write(&service, units.service.as_bytes()).unwrap();
    crate::store::batch::write(&timer, units.timer.as_bytes()).unwrap();
    let output = Command::new("systemd-analyze").arg("verify").args([&service, &timer]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    // Where no service manager runs, verifying may complain about the machine; what counts
    // is whether it complains about these files.
    let ours: Vec<&str> = told.lines().filter(|line| line.contains("incumbent.")).collect();
    assert!(ours.is_empty(), "{told}\n{units}");
}
