//! Names, and the connection to the server: taken over, lost, found again.

use std::time::{Duration, SystemTime};

use switchboard::auth::{Issue, issue};
use switchboard::config::{AuthMode, Config, Secret};
use switchboard::protocol::{DisplayName, UserId};

use crate::browser::Camera;
use crate::demo::{impatient, on_a_demo_page_of, on_the_demo_page};

#[test]
fn a_name_that_nobody_can_have_is_answered_by_a_sentence() {
    on_the_demo_page(async |demo| {
        let page = demo.page_at("/", Camera::Fake).await;

        for (name, sentence) in [
            ("", "Please choose a name."),
            ("two words", "A name cannot contain spaces."),
            ("50%", "A name cannot contain “%”"),
            ("josé", "A name cannot contain “é”"),
        ] {
            page.writes("name-input", name).await;
            page.presses("sign-in").await;

            page.sees(&format!("seen.problem('name-input').includes({sentence:?})")).await;
            page.can_press("name-input").await;
        }
        assert_eq!(page.value("seen.wire.length").await, 0, "the server was not asked");
    });
}

#[test]
fn who_signs_in_elsewhere_is_signed_out_here_and_told_so() {
    on_the_demo_page(async |demo| {
        let first = demo.signed_in("ana").await;

        let second = demo.signed_in("ana").await;

        first.reads("status", "You have signed in somewhere else").await;
        first.reads("status", "4509").await;
        assert_eq!(second.value("seen.text('status')").await, "Signed in as ana.");

        first.presses("status-action").await;
        first.reads("status", "Signed in as ana.").await;
        second.reads("status", "You have signed in somewhere else").await;
    });
}

#[test]
fn who_has_signed_out_is_told_that_and_not_that_a_connection_was_lost() {
    on_the_demo_page(async |demo| {
        let ana = demo.signed_in("ana").await;

        ana.presses("sign-out").await;

        ana.sees("seen.closings() === 1").await;
        assert_eq!(ana.value("seen.text('status')").await, "You are signed out.");
    });
}

#[test]
fn what_was_said_under_another_name_is_not_shown_to_the_next_who_signs_in() {
    on_the_demo_page(async |demo| {
        let (ana, _bo) = demo.two_in_a_call().await;
        ana.hangs_up().await;
        ana.reads_panels().await;
        if ana.value("seen.part('dock').dataset.open").await == "false" {
            ana.presses("dock-toggle").await;
        }
        ana.sees("panels.rows((it) => it.type === 'call-request').length === 1").await;

        ana.presses("sign-out").await;
        ana.writes("name-input", "cleo").await;
        ana.presses("sign-in").await;
        ana.reads("status", "Signed in as cleo.").await;

        ana.sees("panels.rows((it) => it.type === 'registered').length === 1").await;
        let exported = ana.value("await panels.exported()").await;
        assert_eq!(exported["userId"], "cleo");
        assert!(!exported.to_string().contains("call-request"), "{exported:#}");
        assert_eq!(exported["connections"], serde_json::json!([]));
        ana.sees("seen.part('connection-none').checkVisibility()").await;
    });
}

#[test]
fn somebody_who_is_called_as_what_every_object_has_is_shown_by_that_name() {
    on_the_demo_page(async |demo| {
        let ana = demo.signed_in("ana").await;
        let odd = demo.signed_in("constructor").await;

        ana.calls("constructor").await;
        odd.accepts().await;

        ana.is_in_a_call().await;
        ana.reads("call-words", "You are talking with constructor.").await;
    });
}

#[test]
fn a_page_says_that_the_server_restarts_and_comes_back_by_itself() {
    on_a_demo_page_of(impatient(), async |demo| {
        let (ana, bo) = demo.two_people().await;
        for page in [&ana, &bo] {
            page.may_complain_of("WebSocket connection to");
        }

        demo.stop_the_server();
        ana.was_told("The server is restarting. Trying again…").await;
        ana.was_told("The server cannot be reached.").await;
        demo.start_the_server_again();

        ana.reads("status", "Signed in as ana.").await;
        ana.calls("bo").await;
        bo.accepts().await;
        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
    });
}

#[test]
fn a_call_goes_on_while_the_server_restarts_and_the_page_says_so() {
    on_a_demo_page_of(impatient(), async |demo| {
        let (ana, bo) = demo.two_in_a_call().await;
        for page in [&ana, &bo] {
            page.may_complain_of("WebSocket connection to");
        }

        demo.stop_the_server();
        for page in [&ana, &bo] {
            page.reads("call-words", "Audio and video go on.").await;
        }
        demo.start_the_server_again();

        for (page, name) in [(&ana, "ana"), (&bo, "bo")] {
            page.reads("status", &format!("Signed in as {name}.")).await;
            page.sees_the_other_move().await;
        }

        ana.hangs_up().await;
        ana.call_ends("You hung up.").await;
        ana.calls("bo").await;
        bo.accepts().await;
        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
    });
}

/// Settings of a server that asks for access tokens.
pub(crate) fn asking_for_tokens() -> Config {
    let secret = Some(Secret::new("a secret of at least 32 bytes, for these tests"));
    Config { auth: AuthMode::Jwt, jwt_secret: secret, ..Config::default() }
}

pub(crate) fn token(user: &str, name: &str) -> String {
    let wish = Issue {
        user: UserId::parse(user).unwrap(),
        name: Some(DisplayName::parse(name).unwrap()),
        ttl: Duration::from_secs(3600),
        audience: None,
        issuer: None,
        typ: None,
    };
    issue(&asking_for_tokens().jwt_secret.unwrap(), &wish, SystemTime::now())
}

#[test]
fn where_the_server_asks_for_a_token_the_page_takes_it_from_its_address_and_hides_it() {
    on_a_demo_page_of(asking_for_tokens(), async |demo| {
        let path = format!("/?token={}", token("ana", "李雷"));
        let page = demo.page_at(&path, Camera::Fake).await;

        page.reads("status", "Signed in as 李雷.").await;

        assert_eq!(page.value("location.search").await, "");
        page.driver.refresh().await.unwrap();
        page.reads("status", "Signed in as 李雷.").await;
    });
}

#[test]
fn without_a_token_the_page_says_that_the_server_asks_for_one() {
    on_a_demo_page_of(asking_for_tokens(), async |demo| {
        let page = demo.page_at("/?user=ana", Camera::Fake).await;

        page.reads("status", "An access token is needed").await;
        page.reads("status", "4501").await;
        page.can_press("token-input").await;
    });
}
