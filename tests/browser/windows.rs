//! Crowded and broken states of the page in the windows that people have. The pictures are kept in `target/screenshots`,
//! to be looked at.

use serde_json::json;

use crate::browser::Camera;
use crate::demo::{on_a_demo_page_of, on_the_demo_page};
use crate::failing::DEAF;
use crate::layout::crowded;
use crate::line::Line;
use crate::page::Page;

const LAPTOP: (u32, u32) = (1366, 768);
const TABLET: (u32, u32) = (820, 1180);
const PHONE: (u32, u32) = (390, 844);
const TURNED_PHONE: (u32, u32) = (844, 390);
/// 1440×900 at 200 %.
const ENLARGED: (u32, u32) = (720, 450);
const WINDOWS: [(u32, u32); 5] = [LAPTOP, TABLET, PHONE, TURNED_PHONE, ENLARGED];

/// Sockets of further members of the room `standup`, who answer no offer.
const MEMBERS: &str = "(window.members = Array.from({ length: 11 }, (_, nth) => {
    const address = `ws://${location.host}/ws?userId=m${nth}&name=Member%20number%20${nth}`;
    const socket = new WebSocket(address, ['switchboard.v1']);
    socket.onopen = () => socket.send(JSON.stringify({ type: 'join', id: 'j', room: 'standup' }));
    return socket;
  })).length";

/// The upper edges of what stands among the controls.
const EDGES: &str = "(what) => [...new Set([...document.querySelectorAll(`#controls button:not([hidden])${what}`)]
    .filter((it) => it.checkVisibility()).map((it) => Math.round(it.getBoundingClientRect().top)))]";

/// The last line of the chat is seen as a whole.
const AT_END: &str = "(() => {
    const log = seen.part('chat-log').getBoundingClientRect();
    const line = document.querySelector('#chat-lines').lastElementChild.getBoundingClientRect();
    return line.bottom <= log.bottom + 1 && line.top >= log.top - 1;
  })()";

impl Page {
    /// Nothing runs out of these windows, no text is cut, and axe finds nothing.
    async fn fits_the_windows(&self, state: &str) {
        for (width, height) in WINDOWS {
            self.is_shown((width, height), "light").await;
            let name = format!("{state}-{width}x{height}");
            self.is_kept_as(&name).await;
            assert_eq!(self.value("seen.outside()").await, json!([]), "{name}");
            assert_eq!(self.value("seen.cut()").await, json!([]), "{name}");
        }
        self.is_shown(LAPTOP, "dark").await;
        self.keeps_nobody_out(state).await;
        self.is_shown(LAPTOP, "light").await;
        self.keeps_nobody_out(state).await;
    }
}

#[test]
fn the_card_and_a_crowd_fit_the_windows_and_names_of_usual_length_are_read_as_a_whole() {
    on_a_demo_page_of(crowded(), async |demo| {
        let card = demo.page_at("/?room=standup", Camera::Fake).await;
        card.fits_the_windows("40-card").await;
        for window in [TURNED_PHONE, ENLARGED] {
            card.is_shown(window, "light").await;
            card.has_in_sight("sign-in").await;
        }

        let ana = demo.named("11", "Ana").await;
        for window in [TABLET, ENLARGED] {
            ana.is_shown(window, "light").await;
            ana.has_in_sight("room-join").await;
        }
        ana.is_shown(TABLET, "light").await;
        let end = "Math.round(seen.part('dock').getBoundingClientRect().bottom)";
        let end = ana.value(end).await.as_u64().unwrap();
        assert!((1150..=1180).contains(&end), "the page of a tablet ends at {end}");

        ana.is_joined_by(40).await;
        ana.fits_the_windows("41-forty").await;
        for window in WINDOWS {
            ana.is_shown(window, "light").await;
            let cut = "[...document.querySelectorAll('.person .name')].filter((it) => it.scrollWidth > it.clientWidth).length";
            assert_eq!(ana.value(cut).await, 0, "names in {window:?}");
            ana.has_in_sight("room-join").await;
        }
    });
}

#[test]
fn the_controls_of_a_call_stand_in_rows_and_the_end_of_the_chat_stays_in_sight() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_in_a_call().await;
        for n in 0..12 {
            bo.says(&format!("This is line {n} of a conversation that is long.")).await;
        }
        ana.reads("chat-log", "line 11").await;
        for (window, rows) in [(LAPTOP, 1), (TABLET, 1), (ENLARGED, 1), (PHONE, 2)] {
            ana.is_shown(window, "light").await;
            for what in ["", " svg"] {
                let edges = ana.value(&format!("({EDGES})('{what}')")).await;
                assert_eq!(edges.as_array().unwrap().len(), rows, "{edges} in {window:?}");
            }
        }
        for window in [LAPTOP, TABLET, PHONE, TABLET, LAPTOP] {
            ana.is_shown(window, "light").await;
            ana.sees(&format!("{AT_END} /* in {window:?} */")).await;
        }
        ana.turns_the_inspector(true).await;
        ana.sees(AT_END).await;
        ana.is_shown(TABLET, "light").await;
        ana.sees("document.querySelector('.chat').getBoundingClientRect().height < 500").await;
    });
}

#[test]
fn a_failed_call_fits_the_windows_and_is_told_once() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;
        ana.value(DEAF).await;
        ana.calls("bo").await;
        bo.accepts().await;

        ana.call_ends("No audio or video path to bo could be set up.").await;

        ana.sees("seen.text('status') === 'Signed in as ana.'").await;
        ana.fits_the_windows("42-failed").await;
    });
}

#[test]
fn a_room_of_thirteen_fits_the_windows_and_beside_a_screen_no_tile_is_a_sliver() {
    on_a_demo_page_of(crowded(), async |demo| {
        let ana = demo.page_at("/?user=11&name=Ana&room=standup", Camera::Fake).await;
        ana.reads("call-words", "You are alone in standup.").await;
        ana.fits_the_windows("43-room-of-one").await;
        let bo = demo.page_at("/?user=22&name=Bo&room=standup", Camera::Fake).await;
        ana.value(MEMBERS).await;
        ana.reads("call-words", "13 in standup").await;
        // Why there is no connection takes more room than such a tile has.
        ana.reads("person-m10-trouble", "Nothing has come back from Member number 10.").await;
        ana.fits_the_windows("44-room-of-thirteen").await;

        bo.presses("share").await;
        ana.sees("seen.part('screen-22-video')?.videoWidth > 0").await;
        for window in WINDOWS {
            ana.is_shown(window, "light").await;
            ana.sees(&format!(
                "[...document.querySelectorAll('.tile')].map((it) => it.getBoundingClientRect()) \
                 .every(({{ width, height }}) => width >= 40 && height >= 30) /* in {window:?} */"
            ))
            .await;
        }
        ana.fits_the_windows("45-screen-in-a-room-of-thirteen").await;
    });
}

#[test]
fn a_page_without_its_server_fits_the_windows_and_offers_no_second_tab() {
    on_the_demo_page(async |demo| {
        let line = Line::without_sockets_to(demo.address);
        let ana = demo.page_of(&format!("http://{}/?user=ana", line.address), Camera::Fake).await;
        ana.may_lose_its_connection();

        ana.reads("status", "Trying again…").await;

        assert_eq!(ana.value("seen.part('second-tab').checkVisibility()").await, false);
        ana.fits_the_windows("46-offline").await;
    });
}

#[test]
fn a_name_that_the_server_refuses_fits_the_windows() {
    on_the_demo_page(async |demo| {
        let address = format!("http://lan.test:{}/?user=ana", demo.address.port());
        let page = demo.page_of(&address, Camera::Fake).await;
        page.may_complain_of("WebSocket connection to");
        page.may_complain_of("Cross-Origin-Opener-Policy");
        page.reads("status", "host-refused").await;
        page.fits_the_windows("47-refused").await;
    });
}
