//! Access tokens that end in mid-call, and the client library.

use serde_json::json;

use crate::demo::Demo;
use crate::library::in_a_call;
use crate::line::Program;
use crate::page::Page;
use crate::pairs::in_each_browser;

in_each_browser! {
    tokens_that_end_in_mid_call_are_renewed_by_a_message_or_after_4401_and_the_media_go_on,
}

const SECRET: &str = "a secret of at least thirty-two bytes";

/// Makes `lab.token(user, seconds)`, an access token that is good for so long.
const MINT: &str = "lab.token = async (sub, seconds) => { \
    const text = (it) => btoa(String.fromCharCode(...it)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''); \
    const bytes = (it) => new TextEncoder().encode(it); \
    const body = [{ alg: 'HS256', typ: 'JWT' }, { sub, exp: Math.floor(Date.now() / 1000) + seconds }] \
      .map((it) => text(bytes(JSON.stringify(it)))).join('.'); \
    const key = await crypto.subtle.importKey('raw', bytes(lab.secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']); \
    return `${body}.${text(new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes(body))))}`; }";

/// A user whose first token is good for 3 s; whether the second one can be had is said by `lab.refuses`.
async fn user_with_tokens(demo: &Demo, program: &Program, user: &str) -> std::rc::Rc<Page> {
    let page = demo.app_page(&demo.address_of("/healthz")).await;
    page.loads_the_lab().await;
    page.value(&format!("(lab.secret = {}, lab.asked = 0, {MINT}, true)", json!(SECRET))).await;
    let server = program.address;
    let token = format!(
        "() => {{ lab.asked++; if (lab.refuses && lab.asked === 2) throw new Error('later'); \
           return lab.token({user:?}, lab.asked === 1 ? 3 : 3600); }}"
    );
    page.value(&format!(
        "(lab.refuses = {user:?} === 'bo', await lab.start({user:?}, {{ url: 'http://{server}', token: {token} }}))"
    ))
    .await;
    page
}

async fn tokens_that_end_in_mid_call_are_renewed_by_a_message_or_after_4401_and_the_media_go_on(
    demo: &Demo,
) {
    // The page is of one server, the people are those of another.
    let origin = format!("http://{}", demo.address);
    let program = Program::start_with(&[
        ("SWITCHBOARD_AUTH", "jwt"),
        ("SWITCHBOARD_JWT_SECRET", SECRET),
        ("SWITCHBOARD_ORIGINS", &origin),
    ]);
    let ana = user_with_tokens(demo, &program, "ana").await;
    let bo = user_with_tokens(demo, &program, "bo").await;
    in_a_call(&ana, &bo).await;

    ana.sees("seen.wire.some(({ text }) => text.includes('\"type\":\"refreshed\"'))").await;
    // His could not be renewed in time, so that the server closes with 4401, 30 s after its end.
    bo.sees("lab.heard.states.includes('waiting') && lab.me.state === 'online'").await;

    assert_eq!(ana.value("lab.heard.states").await, json!([]), "on the same socket");
    assert_eq!(bo.value("lab.asked").await, 3);
    for page in [&ana, &bo] {
        page.sees_moving().await;
        assert_eq!(page.value("lab.call.states.includes('reconnecting')").await, false);
    }
    ana.value("lab.call.hangUp()").await;
    bo.sees_call_end("hangup").await;
}
