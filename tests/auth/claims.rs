//! What claims mean.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use switchboard::auth::Identity;
use switchboard::config::Config;
use switchboard::domain::{Permissions, Scope, Sight};
use switchboard::protocol::{BadId, BadToken, Close};

use crate::{claims, claims_with, now, secret_key, signed, token, verify, with_secret};

fn says(claims: &Value) -> Result<Identity, BadToken> {
    verify(&with_secret(), &signed(claims))
}

fn about(seconds: u64) -> std::ops::RangeInclusive<Duration> {
    Duration::from_secs(seconds.saturating_sub(3))..=Duration::from_secs(seconds + 1)
}

#[test]
fn a_token_says_whose_it_is_how_long_it_lasts_and_allows_everything() {
    let identity = says(&claims()).unwrap();

    assert_eq!((identity.user.as_str(), &identity.name), ("11", &None));
    assert_eq!(identity.permissions, Permissions::default());
    assert!(about(60 + 30).contains(&identity.lasts), "the leeway is 30 s: {:?}", identity.lasts);
}

#[test]
fn claims_that_are_no_good_are_refused_and_named() {
    let without = |claim: &str| {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(claim);
        claims
    };
    let list = "a list of names, of which one that ends with * stands for all that begin so";
    let claim = |claim, expected| BadToken::Claim { claim, expected };
    for (claims, why) in [
        (without("sub"), BadToken::NoClaim("sub")),
        (claims_with(json!({"sub": null})), BadToken::NoClaim("sub")),
        (claims_with(json!({"sub": 11})), BadToken::NoClaim("sub")),
        (claims_with(json!({"sub": ["11"]})), BadToken::Malformed),
        (without("exp"), BadToken::NoClaim("exp")),
        (claims_with(json!({"exp": null})), BadToken::NoClaim("exp")),
        (claims_with(json!({"exp": "9999999999"})), BadToken::NoClaim("exp")),
        (claims_with(json!({"exp": -1})), BadToken::NoClaim("exp")),
        (claims_with(json!({"exp": true})), BadToken::NoClaim("exp")),
        (claims_with(json!({"nbf": "soon"})), BadToken::NoClaim("nbf")),
        (claims_with(json!({"nbf": now() + 60})), BadToken::NotYet),
        (claims_with(json!({"exp": now() - 60})), BadToken::Expired),
        (claims_with(json!({"exp": 0})), BadToken::Expired),
        (claims_with(json!({"name": 5})), claim("name", "a string")),
        (claims_with(json!({"rooms": "team-a"})), claim("rooms", list)),
        (claims_with(json!({"rooms": [1]})), claim("rooms", list)),
        (claims_with(json!({"call": ["a b"]})), claim("call", list)),
        (claims_with(json!({"call": ["a,b"]})), claim("call", list)),
        (claims_with(json!({"watch": {"11": true}})), claim("watch", list)),
        (claims_with(json!({"presence": "no"})), claim("presence", "true or false")),
        (json!([]), BadToken::Malformed),
        (json!("sub"), BadToken::Malformed),
    ] {
        assert_eq!(says(&claims), Err(why), "{claims}");
    }
}

#[test]
fn a_subject_that_can_be_no_user_is_refused() {
    for sub in ["", "a b", "a/b", "auth0|a,b", "李雷", &"a".repeat(129)] {
        let refused = says(&claims_with(json!({"sub": sub})));
        assert!(matches!(refused, Err(BadToken::Subject(_))), "{sub}: {refused:?}");
    }
    assert!(says(&claims_with(json!({"sub": "auth0|5f7c8ec7c33c6c004bbafe82"}))).is_ok());
}

#[test]
fn clocks_may_differ_by_30_s() {
    for (claims, good) in [
        (json!({"exp": now() - 25}), true),
        (json!({"exp": now() - 35}), false),
        (json!({"nbf": now() + 25}), true),
        (json!({"nbf": now() + 35}), false),
    ] {
        assert_eq!(says(&claims_with(claims.clone())).is_ok(), good, "{claims}");
    }
    let lasts = says(&claims_with(json!({"exp": now() - 20}))).unwrap().lasts;
    assert!(about(10).contains(&lasts), "{lasts:?}");
}

#[test]
fn a_time_may_be_a_fraction_and_far_away() {
    let half = says(&claims_with(json!({"exp": now() as f64 + 60.5}))).unwrap().lasts;
    assert!(about(90).contains(&half), "{half:?}");
    for exp in [json!(u64::MAX), json!(1e18), json!(253_402_300_800_u64)] {
        let lasts = says(&claims_with(json!({"exp": exp}))).unwrap().lasts;
        assert_eq!(lasts, Duration::from_secs(100 * 365 * 24 * 3600), "{exp}");
    }
}

#[test]
fn who_is_out_of_its_time_is_told_so_by_4401_and_is_not_taken_for_an_attacker() {
    assert_eq!(BadToken::Expired.close(), Close::TokenExpired);
    assert_eq!(BadToken::NotYet.close(), Close::TokenRefused);
    assert!(!BadToken::Expired.is_an_attempt() && !BadToken::NotYet.is_an_attempt());
}

#[test]
fn a_token_for_others_is_refused_and_so_is_one_without_an_audience_where_one_is_wanted() {
    let wanting = Config { jwt_audience: vec!["a".into(), "b".into()], ..with_secret() };
    for (aud, good) in [
        (json!("a"), true),
        (json!(["x", "b"]), true),
        (json!("x"), false),
        (json!(["x"]), false),
        (json!([]), false),
        (json!(5), false),
        (json!(null), false),
    ] {
        let token = signed(&claims_with(json!({"aud": aud})));
        let verified = verify(&wanting, &token);
        assert_eq!(verified.is_ok(), good, "{aud}: {verified:?}");

        // Who is not told its own audience is none of those that are named.
        let nobody = verify(&with_secret(), &token);
        assert_eq!(nobody.is_ok(), aud.is_null(), "{aud}: {nobody:?}");
    }
    assert_eq!(verify(&wanting, &signed(&claims())), Err(BadToken::NoClaim("aud")));
}

#[test]
fn a_token_of_another_issuer_is_refused_where_one_is_wanted() {
    let wanting = Config { jwt_issuer: vec!["https://id.example".into()], ..with_secret() };
    for (iss, why) in [
        (json!("https://id.example"), None),
        (json!("https://id.example/"), Some(BadToken::Issuer)),
        (json!(5), Some(BadToken::NoClaim("iss"))),
        (json!(null), Some(BadToken::NoClaim("iss"))),
    ] {
        let token = signed(&claims_with(json!({"iss": iss})));
        assert_eq!(verify(&wanting, &token).err(), why, "{iss}");
        assert!(verify(&with_secret(), &token).is_ok(), "nobody asks: {iss}");
    }
}

#[test]
fn limits_are_what_the_claims_list() {
    let limits = json!({"rooms": ["team-*"], "call": [], "watch": ["22"], "presence": false});

    let permissions = says(&claims_with(limits)).unwrap().permissions;

    let expected = Permissions {
        rooms: Scope::of(&["team-*"]).unwrap(),
        call: Scope::of::<&str>(&[]).unwrap(),
        watch: Scope::of(&["22"]).unwrap(),
        presence: Sight::Closed,
    };
    assert_eq!(permissions, expected);
}

#[test]
fn a_display_name_is_cut_to_what_it_may_be() {
    for (name, shown) in [
        (json!("李雷"), Some("李雷".to_owned())),
        (json!("two\nlines"), Some("two lines".into())),
        (json!("\u{202e}ana\u{2069}\u{1b}"), Some("ana".into())),
        (json!("a".repeat(100)), Some("a".repeat(64))),
        (json!(""), None),
        (json!(null), None),
    ] {
        let identity = says(&claims_with(json!({"name": name}))).unwrap();
        assert_eq!(identity.name.map(|it| it.to_string()), shown, "{name}");
    }
}

/// A token whose claims are this text.
fn signed_text(claims: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", part(r#"{"alg":"HS256"}"#), part(claims));
    let key = secret_key();
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256);
    format!("{message}.{}", signature.unwrap())
}

#[test]
fn a_claim_that_is_there_twice_makes_the_token_none() {
    let token = signed_text(r#"{"sub":"11","sub":"22","exp":9999999999}"#);

    assert_eq!(verify(&with_secret(), &token), Err(BadToken::Malformed));
}

#[test]
fn half_a_surrogate_pair_in_a_claim_for_people_or_for_others_keeps_nobody_out() {
    for (more, shown) in [
        (r#""name":"\ud800""#, Some("\u{fffd}")),
        (r#""name":"Ana \udc00\ud83d\ude00""#, Some("Ana \u{fffd}😀")),
        (r#""picture":"\ud800","realm":{"roles":["\udfff"]}"#, None),
    ] {
        let token = signed_text(&format!(r#"{{"sub":"11","exp":9999999999,{more}}}"#));
        let identity = verify(&with_secret(), &token).expect(more);
        assert_eq!(identity.name.as_ref().map(|it| it.as_str()), shown, "{more}");
    }
}

#[test]
fn half_a_surrogate_pair_in_a_claim_that_is_an_id_is_refused_and_the_claim_is_named() {
    let list = "a list of names, of which one that ends with * stands for all that begin so";
    for (claims, why) in [
        (r#""sub":"a\ud800""#, BadToken::Subject(BadId::HalfSurrogate)),
        (r#""sub":"\ud800a""#, BadToken::Subject(BadId::HalfSurrogate)),
        (r#""sub":"\udc00""#, BadToken::Subject(BadId::HalfSurrogate)),
        (r#""sub":"11","iss":"\ud800""#, BadToken::Issuer),
        (r#""sub":"11","aud":["\udc00"]"#, BadToken::Audience),
        (r#""sub":"11","iss":"\udc00""#, BadToken::Issuer),
        (r#""sub":"11","rooms":["\ud800"]"#, BadToken::Claim { claim: "rooms", expected: list }),
    ] {
        let token = signed_text(&format!(r#"{{"exp":9999999999,{claims}}}"#));
        assert_eq!(verify(&with_secret(), &token), Err(why), "{claims}");
    }
}

/// The answer to a token of this type where `wanted` is set.
fn of_type(typ: Option<&str>, wanted: &[&str]) -> Result<(), BadToken> {
    let jwt_type = wanted.iter().map(|it| (*it).to_owned()).collect();
    let header = match typ {
        Some(typ) => json!({"alg": "HS256", "typ": typ}),
        None => json!({"alg": "HS256"}),
    };
    let token = token(&header, &claims(), Algorithm::HS256, &secret_key());
    verify(&Config { jwt_type, ..with_secret() }, &token).map(drop)
}

#[test]
fn an_id_token_is_no_access_token_where_the_setting_says_which_type_one_has() {
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        assert_eq!(of_type(Some(typ), &["at+jwt"]), Ok(()), "{typ}");
        assert_eq!(of_type(Some("at+jwt"), &[typ]), Ok(()), "{typ}");
        assert_eq!(of_type(Some(typ), &["JWT", "at+jwt"]), Ok(()), "{typ}");
    }
    // An OpenID Connect ID token has JWT as `typ`, or none.
    for typ in [Some("JWT"), None, Some(""), Some("at+jwt2"), Some("x/at+jwt")] {
        assert_eq!(of_type(typ, &["at+jwt"]), Err(BadToken::Type), "{typ:?}");
    }
}

#[test]
fn without_the_setting_only_a_token_that_is_said_to_be_something_else_is_refused() {
    for typ in [None, Some("JWT"), Some("at+jwt"), Some("Bearer"), Some("JOSE")] {
        assert_eq!(of_type(typ, &[]), Ok(()), "{typ:?}");
    }
    for typ in ["logout+jwt", "application/dpop+jwt", "SECEVENT+JWT"] {
        assert_eq!(of_type(Some(typ), &[]), Err(BadToken::Type), "{typ}");
    }
}
