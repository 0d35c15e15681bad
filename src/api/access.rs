//! Who may ask: a bearer token, and a guard against pages of other sites.

use super::Failure;
use base64::Engine;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

const CHALLENGE: &str = "www-authenticate";

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A probe of life, or a page: nothing, ever.
    Open,
    /// A read: the token where the config wants it for reads too.
    Read,
    /// A change: the token where one is set.
    Write,
}

/// Guards the routes of one server.
#[derive(Debug, Clone)]
pub struct Guard {
    /// SHA-256 of the token: digests are of one length and tell nothing by the time that
    /// their comparison takes.
    token: Option<[u8; 32]>,
    for_reads: bool,
    is_local: bool,
    is_open: bool,
}

/// The headers that a guard looks at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Credentials<'a> {
    /// `Authorization`.
    pub authorization: Option<&'a str>,
    /// `Origin`, which browsers send with everything but plain reads.
    pub origin: Option<&'a str>,
    /// `Host`.
    pub host: Option<&'a str>,
    /// `User-Agent`.
    pub user_agent: Option<&'a str>,
}

impl Guard {
    /// For a server at that address.
    pub fn new(token: Option<&str>, for_reads: bool, address: IpAddr) -> Guard {
        Guard { token: token.map(digest), for_reads, is_local: address.is_loopback(), is_open: false }
    }

    /// The same, for an app that everybody may read.
    pub fn open(self, is_open: bool) -> Guard {
        Guard { is_open, ..self }
    }

    /// Whether a token is set.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Whether a request may have what it asks for.
    ///
    /// # Errors
    /// 401 without the right token; 403 for a change where no token is set, from beyond this
    /// machine or from a page of another site.
    pub fn admit(&self, access: Access, sent: Credentials<'_>) -> Result<(), Failure> {
        let needed = match access {
            Access::Open => false,
            Access::Read => self.for_reads && self.token.is_some(),
            Access::Write => true,
        };
        if access == Access::Read && self.token.is_none() && self.is_local && !self.is_open {
            refuse_borrowed_names(sent)?;
        }
        if !needed {
            return Ok(());
        }
        match &self.token {
            Some(token) => {
                let is_read = access == Access::Read;
                let given = sent.authorization.and_then(|sent| match is_read {
                    true => bearer(sent).or_else(|| password(sent)),
                    false => bearer(sent),
                });
                if given.as_ref().is_some_and(|given| equal(&digest(given), token)) {
                    return Ok(());
                }
                let detail = match given {
                    Some(_) => "the token is not the right one",
                    None => "send the header Authorization: Bearer <token>",
                };
                let failure = Failure::new(401, "a token is needed", detail).header(CHALLENGE, "Bearer");
                // A header of its own: browsers look at the first scheme of each alone.
                Err(if is_read { failure.header(CHALLENGE, "Basic realm=\"incumbent\"") } else { failure })
            }
            None if !self.is_local => {
                let detail = "without a token nothing is changed over an address that others can reach";
                Err(Failure::new(403, "writes are refused", detail))
            }
            None if !sent.origin.is_none_or(|origin| is_own(origin, sent.host)) => {
                Err(Failure::new(403, "writes are refused", "the request comes from a page of another site"))
            }
            None => Ok(()),
        }
    }
}

/// A browser that reads under a name that is not this machine's does so for a page of the site
/// that has the name, which may point here for this very purpose. Programs are free to use any
/// name.
fn refuse_borrowed_names(sent: Credentials<'_>) -> Result<(), Failure> {
    let is_browser = sent.user_agent.is_some_and(|agent| agent.starts_with("Mozilla/"));
    if !is_browser || sent.host.is_none_or(is_local_name) {
        return Ok(());
    }
    let detail = "ask as 127.0.0.1 or localhost; where a proxy stands before the app, set a token or api.open";
    Err(Failure::new(403, "asked under a foreign name", detail))
}

fn bearer(authorization: &str) -> Option<String> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_string())
}

/// The password that a browser asked its user for: the token under any name. Good for reads
/// alone, since a browser sends it along with whatever another site makes it ask.
fn password(authorization: &str) -> Option<String> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (_, password) = decoded.split_once(':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| password.to_string())
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Looks at all bytes, whatever the first ones are.
fn equal(a: &[u8; 32], b: &[u8; 32]) -> bool {
    a.iter().zip(b).fold(0, |differing, (x, y)| differing | (x ^ y)) == 0
}

/// Whether a page that a browser names as the origin is served by this app: from the host that
/// was asked, and under a name that only this machine can have, since any site may let its
/// own name point here.
fn is_own(origin: &str, host: Option<&str>) -> bool {
    let Some((_, origin)) = origin.split_once("://") else { return false };
    is_local_name(origin) && host == Some(origin)
}

/// Whether a name, with or without a port, is one that only this machine can have.
fn is_local_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    name == "localhost" || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(guard: &Guard, access: Access, authorization: Option<&str>, origin: Option<&str>) -> u16 {
        let sent = Credentials { authorization, origin, host: Some("127.0.0.1:8000"), user_agent: None };
        guard.admit(access, sent).map_or_else(|failure| failure.status, |()| 200)
    }

    #[test]
    fn writes_need_the_token_and_reads_where_it_is_wished() {
        let here = IpAddr::from([127, 0, 0, 1]);
        for for_reads in [false, true] {
            let guard = Guard::new(Some("secret"), for_reads, here);
            let read = if for_reads { 401 } else { 200 };
            assert_eq!(status(&guard, Access::Open, None, None), 200);
            assert_eq!(status(&guard, Access::Read, None, None), read);
            for wrong in [None, Some("Bearer"), Some("Bearer secre"), Some("Bearer secret2"), Some("Basic secret")] {
                assert_eq!(status(&guard, Access::Write, wrong, None), 401, "{wrong:?}");
            }
            for right in ["Bearer secret", "bearer  secret"] {
                assert_eq!(status(&guard, Access::Write, Some(right), None), 200);
                assert_eq!(status(&guard, Access::Read, Some(right), None), 200);
            }
            // "me:secret", as a browser sends what its user typed.
            assert_eq!(status(&guard, Access::Read, Some("Basic bWU6c2VjcmV0"), None), 200);
            assert_eq!(status(&guard, Access::Write, Some("Basic bWU6c2VjcmV0"), None), 401);
            assert_eq!(status(&guard, Access::Read, Some("Basic bWU6c2VjcmV"), None), read);
        }
    }

    #[test]
    fn without_a_token_only_this_machine_and_its_own_pages_may_write() {
        let guard = Guard::new(None, true, IpAddr::from([127, 0, 0, 1]));
        assert_eq!(status(&guard, Access::Read, None, None), 200);
        assert_eq!(status(&guard, Access::Write, None, None), 200);
        assert_eq!(status(&guard, Access::Write, None, Some("http://127.0.0.1:8000")), 200);
        for foreign in ["null", "https://evil.example", "http://127.0.0.1:9000", "http://evil.example:8000"] {
            assert_eq!(status(&guard, Access::Write, None, Some(foreign)), 403, "{foreign}");
        }
        let guard = Guard::new(None, false, IpAddr::from([0, 0, 0, 0]));
        assert_eq!(status(&guard, Access::Write, None, None), 403);
        assert_eq!(status(&guard, Access::Read, None, None), 200);
    }

    #[test]
    fn browsers_read_under_names_of_this_machine_only() {
        let guard = Guard::new(None, false, IpAddr::from([127, 0, 0, 1]));
        let read = |guard: &Guard, host, user_agent| {
            guard.admit(Access::Read, Credentials { host: Some(host), user_agent, ..Credentials::default() }).is_ok()
        };
        let browser = Some("Mozilla/5.0 (X11; Linux x86_64)");
        for own in ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "localhost"] {
            assert!(read(&guard, own, browser), "{own}");
        }
        assert!(!read(&guard, "evil.example:8000", browser));
        assert!(read(&guard, "evil.example:8000", Some("curl/8")));
        assert!(read(&guard.open(true), "dashboard.example", browser));
    }
}
