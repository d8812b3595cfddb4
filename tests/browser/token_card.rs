//! The card of a server that asks for access tokens.

use crate::browser::Camera;
use crate::demo::on_a_demo_page_of;
use crate::signing_in::{asking_for_tokens, token};

#[test]
fn a_server_that_asks_for_a_token_makes_the_card_ask_for_one_also_after_signing_out() {
    on_a_demo_page_of(asking_for_tokens(), async |demo| {
        let page = demo.page_at("/?user=ana", Camera::Fake).await;

        page.reads("status", "An access token is needed").await;
        assert!(!page.value("seen.text('status')").await.to_string().contains("Bearer"));
        page.can_press("token-input").await;
        page.sees("document.activeElement === seen.part('token-input')").await;
        assert_eq!(page.value("seen.ready('name-input')").await, false);
        page.keeps_nobody_out("the card that asks for a token").await;

        page.presses("sign-in").await;
        page.sees("seen.problem('token-input') === 'Please enter your access token.'").await;
        page.writes("token-input", "not one").await;
        page.presses("sign-in").await;
        page.sees("seen.problem('token-input').startsWith('An access token has letters')").await;
        page.writes("token-input", "not-one").await;
        page.presses("sign-in").await;
        page.reads("status", "The server does not accept this access token.").await;
        page.writes("token-input", &token("ana", "李雷")).await;
        page.presses("sign-in").await;
        page.reads("status", "Signed in as 李雷").await;

        page.presses("sign-out").await;
        page.can_press("token-input").await;
        page.presses("sign-in-other").await;
        page.can_press("name-input").await;
    });
}

#[test]
fn whatever_is_given_as_a_token_is_sent_and_leaves_the_address() {
    on_a_demo_page_of(asking_for_tokens(), async |demo| {
        let page = demo.page_at("/?token=abc", Camera::Fake).await;

        page.reads("status", "The server does not accept this access token.").await;
        assert_eq!(page.value("location.search").await, "");
        page.can_press("token-input").await;
    });
}
