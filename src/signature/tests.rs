use super::*;

/// RFC 8032, section 7.1, tests 1 to 3: seed, public key, message, signature.
const VECTORS: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

fn bytes(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn key(number: u8) -> PrivateKey {
    PrivateKey::from_seed(&[number; 32])
}

#[test]
fn the_vectors_of_rfc_8032_hold() {
    for [seed, public, message, signature] in VECTORS {
        let key = PrivateKey::parse(seed).unwrap();
        assert_eq!(key.public(), PublicKey::parse(public).unwrap());
        assert_eq!(key.sign(&bytes(message)).to_vec(), bytes(signature));
        let mut signature: [u8; 64] = bytes(signature).try_into().unwrap();
        assert!(key.public().has_signed(&bytes(message), &signature));
        signature[7] ^= 1;
        assert!(!key.public().has_signed(&bytes(message), &signature));
    }
}

#[test]
fn a_signature_is_for_one_manifest_one_key_and_one_purpose() {
    let (ours, other) = (key(1), key(2));
    let trusted = [other.public(), ours.public()];
    let document = sign(&ours, b"{\"version\": 1}").unwrap();
    assert_eq!(verify(&trusted, b"{\"version\": 1}", &document), Ok(ours.public().id()));
    assert_eq!(verify(&trusted, b"{\"version\": 2}", &document), Err(Refusal::Wrong(ours.public().id())));
    assert_eq!(
        verify(&trusted[..1], b"{\"version\": 1}", &document),
        Err(Refusal::UnknownKey(ours.public().id())),
        "a key that is not trusted any more"
    );
    // The id of a trusted key before the signature of another.
    let text = String::from_utf8(sign(&key(3), b"m").unwrap()).unwrap();
    let forged = text.replace(&key(3).public().id(), &ours.public().id());
    assert_eq!(verify(&trusted, b"m", forged.as_bytes()), Err(Refusal::Wrong(ours.public().id())));
    // The key's signature of the same bytes for another purpose.
    let bare = BASE64_STANDARD.encode(ours.sign(b"m"));
    let mut document: serde_json::Value = serde_json::from_slice(&sign(&ours, b"m").unwrap()).unwrap();
    document["signature"] = bare.into();
    assert_eq!(verify(&trusted, b"m", document.to_string().as_bytes()), Err(Refusal::Wrong(ours.public().id())));
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused_or_harmless() {
    let (ours, manifest) = (key(1), b"a manifest");
    let trusted = [ours.public()];
    let whole = sign(&ours, manifest).unwrap();
    for cut in 0..whole.len() - 2 {
        assert!(verify(&trusted, manifest, &whole[..cut]).is_err(), "cut at {cut}");
    }
    for at in 0..manifest.len() * 8 {
        let mut changed = *manifest;
        changed[at / 8] ^= 1 << (at % 8);
        assert_eq!(verify(&trusted, &changed, &whole), Err(Refusal::Wrong(ours.public().id())), "bit {at}");
    }
    for at in 0..whole.len() * 8 {
        let mut changed = whole.clone();
        changed[at / 8] ^= 1 << (at % 8);
        if let Ok(by) = verify(&trusted, manifest, &changed) {
            // Space between words may be another kind of space.
            let plain = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
            assert_eq!((by, plain(&changed)), (ours.public().id(), plain(&whole)), "bit {at}");
        }
    }
}

#[test]
fn foreign_and_newer_documents_are_refused() {
    let ours = key(1);
    let whole: serde_json::Value = serde_json::from_slice(&sign(&ours, b"m").unwrap()).unwrap();
    for (member, value) in [
        ("format", "incumbent-model".into()),
        ("format_version", 2.into()),
        ("algorithm", "none".into()),
        ("signature", "AAAA".into()),
    ] {
        let mut changed = whole.clone();
        changed[member] = value;
        let refused = verify(&[ours.public()], b"m", changed.to_string().as_bytes()).unwrap_err();
        assert!(matches!(refused, Refusal::Unreadable(_)), "{member}: {refused:?}");
    }
}

#[test]
fn keys_are_read_as_people_write_them_and_as_openssl_does() {
    // Made by: openssl genpkey -algorithm ed25519; openssl pkey -pubout.
    let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
    let public = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let [seed, digits, ..] = VECTORS[0];
    let key = PrivateKey::parse(seed).unwrap();
    assert_eq!(key.pem(), pem);
    for text in [pem, &pem.replace('\n', "\r\n"), "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=", &seed.to_uppercase()]
    {
        assert_eq!(PrivateKey::parse(text).unwrap().public(), key.public(), "{text}");
    }
    for text in [public, digits, &key.public().to_string(), &format!(" {digits}\n")] {
        assert_eq!(PublicKey::parse(text).unwrap(), key.public(), "{text}");
    }
    assert_eq!(key.public().id().len(), 16);
}

#[test]
fn what_is_no_key_is_refused_without_being_shown() {
    for text in ["", "key", "AAAA", &"0".repeat(63), &"zz".repeat(32)] {
        assert_eq!(PrivateKey::parse(text).unwrap_err(), Unusable::NoKey, "{text}");
        assert_eq!(PublicKey::parse(text).unwrap_err(), Unusable::NoKey, "{text}");
    }
    let cut = "-----BEGIN PRIVATE KEY-----\nAAAA\n";
    assert_eq!(PrivateKey::parse(cut).unwrap_err(), Unusable::NoKey);
    assert_eq!(PublicKey::parse(cut).unwrap_err(), Unusable::Private);
    let private = key(1).pem().lines().nth(1).unwrap().to_string();
    assert_eq!(PublicKey::parse(&private).unwrap_err(), Unusable::Private);
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGb\n-----END ENCRYPTED PRIVATE KEY-----\n";
    assert_eq!(PrivateKey::parse(encrypted).unwrap_err(), Unusable::Encrypted);
    // The neutral point: as a key it would accept a signature for any message.
    assert_eq!(PublicKey::parse(&format!("01{}", "0".repeat(62))).unwrap_err(), Unusable::Weak);
    let shown = format!("{:?}", key(7));
    assert!(!shown.contains(&"07".repeat(8)) && shown.contains(&key(7).public().id()), "{shown}");
}
