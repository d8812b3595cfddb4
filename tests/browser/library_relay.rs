//! Calls by the client library that may only be relayed.

use switchboard::config::{Config, Secret};

use crate::demo::{Demo, on_a_demo_page_in};
use crate::library::in_a_call;
use crate::pairs::Pair;
use crate::turn_server::TurnServer;

const SECRET: &str = "shared by switchboard and coturn";

/// Makes a test in this module, with a TURN server of its own.
macro_rules! relayed_in {
    ($module:ident, $pair:ident) => {
        mod $module {
            #[test]
            fn a_library_call_that_may_only_be_relayed_says_so_in_its_statistics() {
                super::on_a_relayed_page_in($crate::pairs::Pair::$pair);
            }
        }
    };
}

relayed_in!(chromium, CHROMIUM);
relayed_in!(firefox, FIREFOX);
relayed_in!(chromium_and_firefox, CHROMIUM_FIRST);
relayed_in!(firefox_and_chromium, FIREFOX_FIRST);

fn on_a_relayed_page_in(browsers: Pair) {
    let turn = TurnServer::start(SECRET);
    let config = Config {
        turn_url: vec![format!("turn:127.0.0.1:{}?transport=udp", turn.port)],
        turn_secret: Some(Secret::new(SECRET)),
        ..Config::default()
    };
    on_a_demo_page_in(browsers, config, says_that_it_is_relayed);
}

async fn says_that_it_is_relayed(demo: &Demo) {
    let options = "{ rtc: { iceTransportPolicy: 'relay' } }";
    let ana = demo.app_user_with(demo.address, "ana", options).await;
    let bo = demo.app_user_with(demo.address, "bo", options).await;

    in_a_call(&ana, &bo).await;

    for page in [&ana, &bo] {
        page.sees("(await lab.call.stats()).path === 'relayed'").await;
        page.sees("(await lab.call.stats()).received.video.bitrate > 10000").await;
        page.sees("(await lab.call.stats()).roundTrip >= 0").await;
        // Not the whole of its ends is told to the other side: no address of this machine but the relay's.
        let candidates = "seen.wire.filter(({ direction, text }) => direction === 'out' && text.includes('\"candidate\":\"candidate'))";
        let relayed = format!("{candidates}.every(({{ text }}) => text.includes('typ relay'))");
        page.sees(&format!("{candidates}.length > 0 && {relayed}")).await;
    }
    ana.sees_moving().await;
    bo.sees_moving().await;
    bo.value("lab.call.hangUp()").await;
    ana.sees_call_end("hangup").await;
    ana.has_heard_of_no_error().await;
    bo.has_heard_of_no_error().await;
}
