//! The line for `crontab -e`.

use super::{printable, scheduled};
use crate::error::Result;
use crate::schedule::describe;
use std::path::Path;

/// A comment and the crontab line that runs `binary` with `config` on `schedule`; both
/// paths absolute. Ends in a line end, as cron demands of the last line.
///
/// Progress is kept from cron, which would mail it after every run; the log has it.
/// Errors still come by mail.
///
/// # Errors
/// No schedule, or not a valid one; a path that cannot stand in a line.
pub fn crontab_line(binary: &Path, config: &Path, schedule: Option<&str>) -> Result<String> {
    let fields = scheduled(config, schedule)?;
    let (binary, config) = (printable(binary)?, printable(config)?);
    Ok(format!(
        "# incumbent with {config}, {}\n{} {} --quiet --config {}\n",
        describe(&fields.text),
        fields.text,
        for_cron(binary),
        for_cron(config)
    ))
}

/// A word for the shell that cron starts, quoted where needed.
fn for_cron(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@+=:,./-".contains(c);
    if word.chars().all(plain) {
        return word.to_string();
    }
    let mut quoted = String::from("'");
    for c in word.chars() {
        match c {
            '\'' => quoted.push_str(r"'\''"),
            // Cron ends the command at %, unless a backslash stands before it, which it
            // takes away even inside quotes.
            '%' => quoted.push_str(r"\%"),
            // Crons differ about a backslash before a backslash, and take one before %
            // for theirs: closing and opening the quotes keeps it apart from what follows.
            '\\' => quoted.push_str(r"\''"),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn line(binary: &str, config: &str) -> String {
        crontab_line(Path::new(binary), Path::new(config), Some("*/10  * * * *")).unwrap()
    }

    #[test]
    fn plain_paths_stay_plain() {
        assert_eq!(
            line("/opt/incumbent/fullprocess", "/srv/churn/config.json"),
            "# incumbent with /srv/churn/config.json, every 10 minutes\n\
             */10 * * * * /opt/incumbent/fullprocess --quiet --config /srv/churn/config.json\n"
        );
    }

    /// What cron hands to the shell: by its manual `\%` becomes `%`, and a bare `%` ends
    /// the command. `double` is the cron that also takes two backslashes for one.
    fn as_cron_reads(command: &str, double: bool) -> String {
        let mut result = String::new();
        let mut escaped = false;
        for c in command.chars() {
            if escaped && (c == '%' || (c == '\\' && double)) {
                result.pop();
            }
            assert!(c != '%' || escaped, "the command ends early: {command}");
            escaped = !escaped && c == '\\';
            result.push(c);
        }
        result
    }

    #[test]
    fn odd_paths_come_through_cron_and_shell_unchanged() {
        for path in ["/a b", "/100%", "/it's", r"/a\b", r"/a\\b", r"/a\%b%%", r"/end\", "/$HOME`x`;#&*?é\"", "/~ '%'"]
        {
            let quoted = for_cron(path);
            for double in [false, true] {
                let command = format!("printf %s {quoted}").replacen("%s", r"\%s", 1);
                let output = std::process::Command::new("/bin/sh")
                    .args(["-c", &as_cron_reads(&command, double)])
                    .output()
                    .unwrap();
                assert_eq!(String::from_utf8(output.stdout).unwrap(), path, "{quoted}");
            }
        }
    }

    #[test]
    fn what_cannot_stand_in_a_line_is_refused() {
        let refused = |config: &str, schedule| {
            crontab_line(Path::new("/opt/fullprocess"), Path::new(config), schedule).unwrap_err()
        };
        let newline = refused("/a\n* * * * * evil", Some("* * * * *"));
        assert_eq!(newline.kind, Kind::Config);
        assert!(newline.message().contains("it holds a line end"), "{}", newline.message());
        assert_eq!(refused("config.json", Some("* * * * *")).kind, Kind::Internal);
        assert_eq!(refused("/c.json", Some("@daily")).kind, Kind::Config);
        let none = refused("/c.json", None);
        assert_eq!(none.kind, Kind::Config);
        assert_eq!(
            none.message(),
            "error: /c.json: /schedule: no schedule is configured\n\
             hint: add one to the config, for example \"schedule\": \"*/10 * * * *\""
        );
    }
}
