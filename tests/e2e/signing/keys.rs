//! How keys are made, named, exchanged and kept.

use super::{configure, deploys_another, keygen, of_version, signed};
use crate::api::{App, until};
use crate::project::{Project, command};
use incumbent::signature::{PURPOSE, PrivateKey};
use incumbent::store::history::History;
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

#[test]
fn signatures_are_turned_on_with_a_model_in_office() {
    let project = Project::new();
    configure(&project, json!({}));
    project.run("fullprocess", &["--quiet"]).expect(0);
    deploys_another(&project, 2000).expect(0);
    let public = keygen(&project, "key.pem");
    configure(&project, json!({"public_keys": [public], "key_file": "key.pem"}));
    project.run("fullprocess", &["--quiet"]).expect(65).says(&["has no signature", "deployment --sign 2"]);
    let before = project.files();
    let would = project.run("deployment", &["--sign", "--dry-run"]).expect(0).out;
    assert!(would.contains("would sign version 2"), "{would}");
    assert_eq!(project.files(), before);
    let signed = project.run("deployment", &["--sign"]).expect(0).out;
    assert!(signed.contains("version 2 is signed by key") && signed.contains("model "), "{signed}");
    assert!(project.run("deployment", &["--sign"]).expect(0).out.contains("already"));
    project.run("fullprocess", &["--quiet"]).expect(0);
    assert!(project.at("production_deployment/manifest.json.sig").exists());
    // What was not signed is no way back until somebody says so.
    project.run("deployment", &["--rollback"]).expect(65).says(&["versions/1", "deployment --sign 1"]);
    project.run("deployment", &["--sign", "1"]).expect(0);
    project.run("deployment", &["--rollback"]).expect(0);
    let history = History::read_only(&project.at("production_deployment/history.sqlite")).unwrap().unwrap();
    let signed = history.runs(20).unwrap().into_iter().filter(|run| run.decision.as_deref() == Some("signed"));
    let versions: Vec<_> = signed.map(|run| run.version).collect();
    assert_eq!(versions, [Some(1), Some(2), Some(2)], "it is written down, with what was signed already");
    project.run("deployment", &["--sign", "7"]).expect(66).says(&["no such version"]);
    project.run("deployment", &["--sign", "one"]).expect(64);
    project.run("deployment", &["--sign", "--history"]).expect(64);
}

#[test]
fn a_set_that_was_changed_since_it_was_signed_is_not_signed_anew() {
    let (project, _) = signed();
    let path = of_version(2, "manifest.json");
    project.write(&path, project.read(&path).replace("\"reason\": \"", "\"reason\": \"so "));
    project.run("deployment", &["--sign"]).expect(65).says(&["does not fit", "it is not signed anew"]);
    // Nor where whoever changed it did the same to the signature.
    let path = of_version(2, "manifest.json.sig");
    let document = project.json(&path);
    for (member, value, says) in [
        ("key", json!("0123456789abcdef"), "by a key that is not trusted"),
        ("signature", json!("AAAA"), "cannot be read"),
        ("format_version", json!(2), "cannot be read"),
    ] {
        let mut changed = document.clone();
        changed[member] = value;
        project.write(&path, changed.to_string());
        let before = project.files();
        project.run("deployment", &["--sign"]).expect(65).says(&[says, "it is not signed anew"]);
        assert_eq!(project.files(), before, "{member}");
    }
    project.remove(&path);
    std::os::unix::fs::symlink("nowhere", project.at(&path)).unwrap();
    project.run("deployment", &["--sign"]).expect(65).says(&["a link that leads nowhere", "it is not signed anew"]);
    project.remove(&path);
    project.write(&of_version(1, "latestscore.txt"), "1\n");
    project.run("deployment", &["--sign", "1"]).expect(65).says(&["the checksum does not fit the manifest"]);
}

#[test]
fn keys_are_exchanged_one_after_the_other() {
    let (project, old) = signed();
    let new = keygen(&project, "new.pem");
    configure(&project, json!({"public_keys": [new, old], "key_file": "new.pem"}));
    deploys_another(&project, 3000).expect(0);
    project.run("deployment", &["--rollback", "1", "--quiet"]).expect(0);
    project.run("deployment", &["--rollback", "3", "--quiet"]).expect(0);
    // The old one is trusted no longer.
    configure(&project, json!({"public_keys": [new], "key_file": "new.pem"}));
    project.run("fullprocess", &["--quiet"]).expect(0);
    let refused = project.run("deployment", &["--rollback", "2", "--quiet"]).expect(65);
    refused.says(&["is signed by a key that is not trusted", "hint: if you trust that key, add it there"]);
    // By what stands there it may be a set of the old key or of anybody: to sign it is a decision.
    project
        .run("deployment", &["--sign", "2", "--quiet"])
        .expect(65)
        .says(&["it is not signed anew", "then remove manifest.json.sig"]);
    project.remove(&of_version(2, "manifest.json.sig"));
    project.run("deployment", &["--sign", "2", "--quiet"]).expect(0);
    project.run("deployment", &["--rollback", "2", "--quiet"]).expect(0);
    project.run("fullprocess", &["--quiet"]).expect(0);
}

#[test]
fn who_cannot_sign_deploys_nothing_and_is_told_before_anything_is_trained() {
    let (project, public) = signed();
    keygen(&project, "other.pem");
    project.write("nokey.pem", "nothing of the kind");
    let calls = [
        (json!({"public_keys": [public]}), 78, "config.json: /signature: what is deployed cannot be signed"),
        (json!({"public_keys": [public], "key_file": "gone.pem"}), 66, "gone.pem: failed to read the private key"),
        (json!({"public_keys": [public], "key_file": "nokey.pem"}), 78, "nokey.pem: is no Ed25519 key"),
        (json!({"public_keys": [public], "key_file": "other.pem"}), 78, "which signature.public_keys does not hold"),
        (json!({"public_keys": [public], "key_env": "NOT_SET_HERE"}), 66, "variable NOT_SET_HERE is not set"),
        (json!({"key_env": "NOT_SET_HERE"}), 66, "variable NOT_SET_HERE is not set"),
        (json!({"public_keys": ["AAAA"]}), 78, "config.json: /signature/public_keys/0: is no Ed25519 key"),
    ];
    for (section, code, says) in calls {
        configure(&project, section.clone());
        let before = project.files();
        project.run("fullprocess", &["--quiet", "--force"]).expect(code).says(&[says, "hint: "]);
        project.run("deployment", &["--quiet"]).expect(code).says(&[says]);
        project.run("deployment", &["--sign", "--quiet"]).expect(code).says(&[says]);
        assert_eq!(project.files(), before, "{section}");
    }
    // Who only reads needs no key that signs; a run that the app begins does.
    configure(&project, json!({"public_keys": [public]}));
    project.run("fullprocess", &["--quiet"]).expect(0);
    let checked = project.run("fullprocess", &["--check"]).expect(0).out;
    assert!(checked.contains("this config cannot sign, and so deploys nothing"), "{checked}");
    let app = App::start(&project);
    assert_eq!(app.get("/prediction").0, 200);
    app.post("/retrain", "{\"force\": true}").expect(202);
    until("the run has ended", || app.get("/retrain").1["running"] == false);
    let outcome = app.get("/retrain").1["outcome"].to_string();
    assert!(outcome.contains("cannot be signed"), "{outcome}");
}

#[test]
fn the_key_may_come_from_the_environment() {
    let (project, public) = signed();
    configure(&project, json!({"public_keys": [public], "key_env": "MODEL_KEY"}));
    let pem = project.read("key.pem");
    project.remove("key.pem");
    let one_line = pem.lines().nth(1).unwrap().to_string();
    for (first, key) in [(3000, pem.as_str()), (4000, one_line.as_str())] {
        project.write(&format!("sourcedata/rows{first}.csv"), crate::project::customers(first, 30));
        let mut run = command("fullprocess");
        let output = run.arg("--quiet").env("MODEL_KEY", key).current_dir(project.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let history = project.run("deployment", &["--history", "--json"]).expect(0).json();
    assert_eq!((history["current"].as_u64(), history["versions"].as_array().unwrap().len()), (Some(4), 4));
}

#[test]
fn a_key_is_made_for_its_owner_alone_and_never_written_over() {
    let project = Project::new();
    project.run("deployment", &["--keygen", "key.pem", "--dry-run"]).expect(0);
    assert!(!project.at("key.pem").exists());
    let made = project.run("deployment", &["--keygen", "key.pem"]).expect(0).out;
    assert!(made.contains("\"signature\": {\"public_keys\":[\""), "{made}");
    let mode = |name: &str| std::fs::metadata(project.at(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("key.pem"), 0o600);
    let pem = project.read("key.pem");
    project.run("deployment", &["--keygen", "key.pem"]).expect(73).says(&["a key is never overwritten"]);
    assert_eq!(project.read("key.pem"), pem);
    assert!(!made.contains(pem.lines().nth(1).unwrap()), "the private key is not shown");
    // Where others may read it, that is said.
    std::fs::set_permissions(project.at("key.pem"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let public = PrivateKey::parse(&pem).unwrap().public().to_string();
    configure(&project, json!({"public_keys": [public], "key_file": "key.pem"}));
    let told = ["key.pem: others than its owner may read or write the private key", "hint: chmod 600 key.pem"];
    project.run("fullprocess", &[]).expect(0).says(&told);
    let checked = project.run("fullprocess", &["--check"]).expect(0).out;
    assert!(told.iter().all(|says| checked.contains(says)), "{checked}");
}

/// Whether there is an openssl that knows Ed25519.
fn openssl(folder: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output().ok()?;
    output.status.success().then_some(output.stdout)
}

#[test]
fn openssl_makes_keys_for_us_and_verifies_what_we_sign() {
    let (project, ours) = signed();
    let folder = project.path();
    if openssl(folder, &["genpkey", "-algorithm", "ed25519", "-out", "theirs.pem"]).is_none() {
        eprintln!("skipped: there is no openssl on this machine that makes Ed25519 keys");
        return;
    }
    // Our key and our signature, read by openssl.
    let public = openssl(folder, &["pkey", "-in", "key.pem", "-pubout", "-out", "public.pem"]);
    assert!(public.is_some(), "openssl reads a key that we made");
    let manifest = project.read(&of_version(2, "manifest.json"));
    project.write("message", [PURPOSE, manifest.as_bytes()].concat());
    let document = project.json(&of_version(2, "manifest.json.sig"));
    project.write("signature.txt", format!("{}\n", document["signature"].as_str().unwrap()));
    openssl(folder, &["base64", "-d", "-A", "-in", "signature.txt", "-out", "signature"]).unwrap();
    let verify = ["pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-in", "message", "-sigfile"];
    let verified = openssl(folder, &[&verify[..], &["signature"]].concat());
    assert!(verified.is_some_and(|said| String::from_utf8_lossy(&said).contains("Successfully")));
    project.write("message", [PURPOSE, b"another manifest"].concat());
    assert!(openssl(folder, &[&verify[..], &["signature"]].concat()).is_none(), "openssl tells them apart");
    // Their key, as docs/signing.md says.
    let theirs = openssl(folder, &["pkey", "-in", "theirs.pem", "-pubout"]).unwrap();
    let line = String::from_utf8(theirs).unwrap().lines().nth(1).unwrap().to_string();
    configure(&project, json!({"public_keys": [line, ours], "key_file": "theirs.pem"}));
    project.run("deployment", &["--sign", "--quiet"]).expect(0);
    configure(&project, json!({"public_keys": [line], "key_file": "theirs.pem"}));
    deploys_another(&project, 3000).expect(0);
}
