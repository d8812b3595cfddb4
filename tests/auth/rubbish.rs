//! Whatever comes as a token: it is refused, and nothing panics.

use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use switchboard::auth::Authenticator;
use switchboard::protocol::AccessToken;

use crate::{checks, claims, secret_key, signed, with_jwks, with_pem, with_secret};

static SERVERS: LazyLock<Vec<Arc<dyn Authenticator>>> = LazyLock::new(|| {
    let pems = ["p256.pub.pem", "ed25519.pub.pem"].map(with_pem);
    [with_secret(), with_jwks()].iter().chain(&pems).map(checks).collect()
});

fn refused(token: &str) -> Result<(), TestCaseError> {
    let token = AccessToken::new(token);
    for server in SERVERS.iter() {
        prop_assert!(server.verify(&token).is_err());
    }
    Ok(())
}

/// JSON of no particular use, with the words that tokens are made of.
fn json() -> impl Strategy<Value = String> {
    let word = prop::sample::select(
        &[
            "\"alg\"",
            "\"kid\"",
            "\"HS256\"",
            "\"ES256\"",
            "\"sub\"",
            "\"exp\"",
            "9e99",
            "-1",
            "null",
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"\\ud800\"",
            "\"11\"",
            "true",
        ][..],
    );
    let heads = prop::sample::select(
        &[
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"ES256","kid":"p256"}"#,
            r#"{"alg":"EdDSA","kid":"ed25519"}"#,
            r#"{"alg":"RS256","kid":"rsa"}"#,
            r#"{"alg":"none"}"#,
        ][..],
    );
    prop_oneof![
        heads.prop_map(str::to_owned),
        prop::collection::vec(word, 0..12).prop_map(|it| it.concat())
    ]
}

proptest! {
    #[test]
    fn no_text_is_a_token(text in ".{0,200}") {
        refused(&text)?;
    }

    #[test]
    fn nothing_with_the_shape_of_a_token_is_one(
        head in json(), claims in json(), signature in prop::collection::vec(any::<u8>(), 0..80)
    ) {
        let [head, claims] = [head, claims].map(|it| URL_SAFE_NO_PAD.encode(it));
        refused(&format!("{head}.{claims}.{}", URL_SAFE_NO_PAD.encode(signature)))?;
    }

    #[test]
    fn no_token_is_one_that_is_cut_or_changed_anywhere(at in any::<prop::sample::Index>(), byte in 0x20u8..0x7f) {
        let good = signed(&claims());
        let at = at.index(good.len());
        refused(&good[..at])?;
        let mut bytes = good.clone().into_bytes();
        bytes[at] = byte;
        let changed = String::from_utf8(bytes).unwrap();
        if changed != good {
            refused(&changed)?;
        }
    }

    #[test]
    fn claims_of_any_kind_that_are_signed_make_nothing_panic(claims in json()) {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#), URL_SAFE_NO_PAD.encode(claims));
        let algorithm = jsonwebtoken::Algorithm::HS256;
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &secret_key(), algorithm).unwrap();
        refused(&format!("{message}.{signature}"))?;
    }
}
