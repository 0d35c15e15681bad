use super::*;

fn manifest() -> SetManifest {
    SetManifest {
        format: "incumbent-deployment".into(),
        format_version: 1,
        version: 0,
        time: "2026-01-01T00:00:00Z".into(),
        run_id: "r".into(),
        program: "incumbent 0".into(),
        replaces: None,
        reason: "first".into(),
        model_fingerprint: Fingerprint::of(b"m"),
        evidence: serde_json::Value::Null,
        files: vec![],
    }
}

fn deploy(production: &Production, text: &str) -> u64 {
    let version = production.prepare(manifest(), &contents(text), None).unwrap();
    production.put_in_office(version).unwrap();
    version
}

fn contents(text: &str) -> Vec<(&'static str, &[u8])> {
    layout::SET[..5].iter().map(|n| (*n, text.as_bytes())).collect()
}

#[test]
fn the_pointer_flips_between_complete_sets() {
    let folder = tempfile::tempdir().unwrap();
    let production = Production::new(folder.path(), "prod", &[]);
    assert!(production.in_office().unwrap().is_none());
    assert_eq!(deploy(&production, "one"), 1);
    assert_eq!(deploy(&production, "two"), 2);
    let set = production.in_office().unwrap().unwrap();
    assert_eq!((set.manifest.version, set.manifest.replaces), (2, Some(1)));
    assert_eq!(fs::read(folder.path().join(layout::MODEL)).unwrap(), b"two");
    production.put_in_office(1).unwrap();
    assert_eq!(fs::read(folder.path().join(layout::MODEL)).unwrap(), b"one");
    assert_eq!(production.versions().unwrap(), [1, 2]);
    assert_eq!(production.put_in_office(7).unwrap_err().kind, Kind::Missing);
}

#[test]
fn a_manifest_that_names_a_file_again_and_again_fills_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let production = Production::new(folder.path(), "prod", &[]);
    deploy(&production, "one");
    let path = folder.path().join("versions/1").join(layout::SET_MANIFEST);
    let mut manifest = production.manifest(1).unwrap();
    manifest.files.push(manifest.files[0].clone());
    fs::write(&path, serde_json::to_vec(&manifest).unwrap()).unwrap();
    assert!(production.load(1).unwrap_err().message().contains("names \"trainedmodel.json\" twice"));
}

#[test]
fn a_prepared_set_is_not_in_office_and_a_lost_pointer_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let production = Production::new(folder.path(), "prod", &[]);
    production.prepare(manifest(), &contents("never"), None).unwrap();
    assert_eq!(production.current().unwrap(), None, "killed before the pointer was set: nothing is in office");
    deploy(&production, "one");
    fs::remove_file(folder.path().join("current")).unwrap();
    assert!(production.current().unwrap_err().message().contains("the pointer to the deployed version is lost"));
    production.put_in_office(2).unwrap();
    assert_eq!(production.current().unwrap(), Some(2));
}

#[test]
fn a_damaged_set_is_refused_and_the_pointer_stays() {
    let folder = tempfile::tempdir().unwrap();
    let production = Production::new(folder.path(), "prod", &[]);
    deploy(&production, "one");
    deploy(&production, "two");
    fs::write(folder.path().join("versions/1/latestscore.txt"), "onE").unwrap();
    let error = production.put_in_office(1).unwrap_err();
    assert_eq!(error.kind, Kind::Data);
    assert!(error.message().contains("prod/versions/1/latestscore.txt: the checksum"), "{}", error.message());
    assert_eq!(production.current().unwrap(), Some(2));
}

fn key(number: u8) -> PrivateKey {
    PrivateKey::from_seed(&[number; 32])
}

/// Two signed sets, of which the second is in office.
fn signed(folder: &Path) -> Production {
    let production = Production::new(folder, "prod", &[key(1).public()]);
    for text in ["one", "two"] {
        let version = production.prepare(manifest(), &contents(text), Some(&key(1))).unwrap();
        production.put_in_office(version).unwrap();
    }
    production
}

#[test]
fn a_set_without_the_signature_of_a_trusted_key_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let production = signed(folder.path());
    assert_eq!(production.in_office().unwrap().unwrap().signed_by, Some(key(1).public().id()));
    assert!(folder.path().join("manifest.json.sig").exists(), "its name leads to the signature too");
    let at = |name: &str| folder.path().join("versions/2").join(name);
    let (manifest, signature) = (fs::read(at("manifest.json")).unwrap(), fs::read(at("manifest.json.sig")).unwrap());
    let refused = |says: &str| {
        for error in [production.load(2).unwrap_err(), production.manifest(2).unwrap_err()] {
            assert_eq!(error.kind, Kind::Data);
            assert!(error.message().contains(says), "{says}: {}", error.message());
        }
        assert_eq!(production.put_in_office(2).unwrap_err().kind, Kind::Data);
    };
    fs::remove_file(at("manifest.json.sig")).unwrap();
    refused("prod/versions/2/manifest.json: has no signature; signature.public_keys asks for one");
    fs::write(at("manifest.json.sig"), signature::sign(&key(2), &manifest).unwrap()).unwrap();
    refused("is signed by a key that is not trusted");
    fs::write(at("manifest.json.sig"), "{}").unwrap();
    refused("has a signature that cannot be read");
    // Neither is what follows told: it is no manifest, and nobody looked.
    fs::write(at("manifest.json"), "no manifest").unwrap();
    fs::write(at("manifest.json.sig"), signature).unwrap();
    refused("has a signature that does not fit");
}

#[test]
fn a_signed_set_in_the_place_of_another_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let production = signed(folder.path());
    for name in layout::SET {
        fs::copy(folder.path().join("versions/1").join(name), folder.path().join("versions/2").join(name)).unwrap();
    }
    let error = production.in_office().unwrap_err();
    assert!(error.message().contains("versions/2/manifest.json: is the manifest of version 1"), "{}", error.message());
}

#[test]
fn what_was_there_before_can_be_signed_and_what_was_changed_since_cannot() {
    let folder = tempfile::tempdir().unwrap();
    deploy(&Production::new(folder.path(), "prod", &[]), "old");
    let production = Production::new(folder.path(), "prod", &[key(1).public(), key(2).public()]);
    assert_eq!(production.refusal(1).unwrap(), Some(signature::Refusal::Missing));
    let seen = |_: &SetManifest, files: &[(String, Vec<u8>)]| {
        assert_eq!(files[0].1, b"old");
        Ok(())
    };
    assert!(production.sign(1, &key(1), true, seen).unwrap());
    assert_eq!(production.refusal(1).unwrap(), Some(signature::Refusal::Missing), "that was a dry run");
    assert!(production.sign(1, &key(1), false, seen).unwrap());
    assert!(!production.sign(1, &key(1), false, seen).unwrap(), "it is signed already");
    assert!(production.in_office().is_ok() && folder.path().join("manifest.json.sig").exists());
    assert!(production.sign(1, &key(2), false, seen).unwrap(), "by another key, as when keys are rotated");
    assert_eq!(production.in_office().unwrap().unwrap().signed_by, Some(key(2).public().id()));
    let path = folder.path().join("versions/1/manifest.json");
    let changed = fs::read_to_string(&path).unwrap().replace("first", "last");
    fs::write(path, changed).unwrap();
    let error = production.sign(1, &key(1), false, seen).unwrap_err();
    assert!(error.message().contains("is not signed anew"), "{}", error.message());
    assert_eq!(production.sign(7, &key(1), false, seen).unwrap_err().kind, Kind::Missing);
}
