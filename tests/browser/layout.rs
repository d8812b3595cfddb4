//! The places of the parts of the page, in windows of many sizes and with many people: important buttons are in sight, and
//! the page is no longer than it has to be.

use std::rc::Rc;

use serde_json::json;
use switchboard::config::Config;

use crate::browser::Camera;
use crate::demo::{Demo, on_a_demo_page_of, on_the_demo_page};
use crate::page::Page;

const LAPTOP: (u32, u32) = (1366, 768);
const DESKTOPS: [(u32, u32); 4] = [(1280, 640), LAPTOP, (1440, 900), (2560, 1440)];
const TABLET: (u32, u32) = (768, 1024);
const PHONE: (u32, u32) = (360, 740);
/// A phone both ways, small ones, a tablet both ways, 1440×900 at 200 % and at 150 %, laptops, tools docked below.
const WINDOWS: [(u32, u32); 11] = [
    PHONE,
    (740, 360),
    (320, 568),
    (667, 375),
    TABLET,
    (1024, 768),
    (720, 450),
    (960, 600),
    LAPTOP,
    (1440, 900),
    (1440, 420),
];

/// Elements in a scrolled box that are positioned by a box outside of it. They make the page as long as the scrolled
/// content.
const ESCAPED: &str = "[...document.querySelectorAll('body *')].filter((it) => {
    const scrolls = (box) => /auto|scroll/.test(getComputedStyle(box).overflow);
    let box = it.parentElement;
    while (box && box !== document.body && !scrolls(box)) box = box.parentElement;
    return it.offsetParent && getComputedStyle(it).position === 'absolute' && box && box !== document.body && !box.contains(it.offsetParent);
  }).map((it) => it.outerHTML.slice(0, 120))";

/// People of the list who are seen as a whole.
const SEEN_PEOPLE: &str = "(() => {
    const { top, bottom } = document.querySelector('#user-list').getBoundingClientRect();
    const seen = (it) => it.top >= top - 1 && it.bottom <= Math.min(bottom, innerHeight) + 1;
    return [...document.querySelectorAll('#user-list li')].filter((it) => seen(it.getBoundingClientRect())).length;
  })()";

/// Settings under which one browser may bring many people.
pub(crate) fn crowded() -> Config {
    Config {
        new_sockets_per_address: 0,
        new_connections_per_address: 0,
        requests_per_address: 0,
        ..Config::default()
    }
}

impl Demo {
    pub(crate) async fn named(&self, user: &str, name: &str) -> Rc<Page> {
        let page = self.page_at(&format!("/?user={user}&name={name}"), Camera::Fake).await;
        page.reads("status", &format!("Signed in as {name}.")).await;
        page
    }
}

impl Page {
    /// Opens sockets of further users, `others` in number.
    pub(crate) async fn is_joined_by(&self, others: u64) {
        let come = format!(
            "(window.others = [...(window.others ?? []), ...Array.from({{ length: {others} }}, (_, nth) => \
             new WebSocket(`ws://${{location.host}}/ws?userId=w${{nth}}-{others}&name=User%20number%20${{nth}}`, \
             ['switchboard.v1']))]).length"
        );
        let all = self.value(&come).await;
        self.sees(&format!("document.querySelectorAll('#user-list li').length >= {all}")).await;
    }

    async fn height(&self) -> u64 {
        self.value("document.documentElement.scrollHeight").await.as_u64().unwrap()
    }

    /// This part is in the window as a whole, without scrolling, and nothing lies on it.
    pub(crate) async fn has_in_sight(&self, part: &str) {
        self.value("scrollTo(0, 0)").await;
        let window = self.value("`${innerWidth}x${innerHeight}`").await;
        let seen = format!(
            "(() => {{ // {part} in {window}
                const it = seen.part('{part}');
                const {{ left, right, top, bottom }} = it.getBoundingClientRect();
                const inside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
                return inside && it.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
             }})()"
        );
        self.sees(&seen).await;
    }

    async fn has_in_sight_everywhere(&self, part: &str) {
        for window in WINDOWS {
            self.is_shown(window, "light").await;
            self.has_in_sight(part).await;
        }
    }

    async fn has_nothing_outside_its_box(&self) {
        assert_eq!(self.value(ESCAPED).await, json!([]));
    }

    pub(crate) async fn turns_the_inspector(&self, open: bool) {
        if self.value("seen.part('dock').dataset.open").await != open.to_string().as_str() {
            self.presses("dock-toggle").await;
        }
    }
}

#[test]
fn however_many_are_online_the_window_of_a_desktop_does_not_scroll() {
    on_a_demo_page_of(crowded(), async |demo| {
        let ana = demo.signed_in("ana").await;
        for more in [1, 12, 27] {
            ana.is_joined_by(more).await;
            for open in [false, true] {
                ana.is_shown(LAPTOP, "light").await;
                ana.turns_the_inspector(open).await;
                for window in DESKTOPS {
                    ana.is_shown(window, "light").await;
                    let height = ana.height().await;
                    assert!(
                        height <= window.1.into(),
                        "{height} px in {window:?}, inspector {open}"
                    );
                }
                ana.has_nothing_outside_its_box().await;
            }
        }
    });
}

#[test]
fn the_page_of_a_tablet_and_of_a_phone_does_not_grow_with_the_people() {
    on_a_demo_page_of(crowded(), async |demo| {
        let ana = demo.signed_in("ana").await;
        ana.is_joined_by(13).await;
        let mut before = Vec::new();
        for window in [TABLET, PHONE, (740, 360)] {
            ana.is_shown(window, "light").await;
            before.push(ana.height().await);
        }

        ana.is_joined_by(40).await;

        for (window, before) in [TABLET, PHONE, (740, 360)].into_iter().zip(before) {
            ana.is_shown(window, "light").await;
            assert_eq!(ana.height().await, before, "in {window:?}");
        }
    });
}

#[test]
fn of_forty_people_a_laptop_shows_at_least_seven_with_the_inspector_open_or_shut() {
    on_a_demo_page_of(crowded(), async |demo| {
        let ana = demo.signed_in("ana").await;
        ana.is_joined_by(40).await;
        for open in [false, true] {
            ana.is_shown(LAPTOP, "light").await;
            ana.turns_the_inspector(open).await;
            let seen = ana.value(SEEN_PEOPLE).await.as_u64().unwrap();
            assert!(seen >= 7, "{seen} are seen, inspector {open}");
        }
    });
}

#[test]
fn the_inspector_is_shut_at_first_and_then_as_it_was_left() {
    on_the_demo_page(async |demo| {
        let ana = demo.page_at("/?user=ana", Camera::Fake).await;
        ana.is_shown((1920, 1080), "light").await;
        ana.reads("status", "Signed in").await;
        ana.sees("seen.part('dock').dataset.open === 'false'").await;

        ana.presses("dock-toggle").await;
        ana.driver.refresh().await.unwrap();

        ana.sees("seen.part('dock').dataset.open === 'true'").await;
    });
}

#[test]
fn what_answers_or_ends_a_call_or_leaves_a_room_is_in_sight_in_every_window() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;
        ana.calls("bo").await;
        ana.call_is("calling").await;
        ana.has_in_sight_everywhere("cancel").await;
        bo.can_press("accept").await;
        for answer in ["accept", "reject"] {
            bo.has_in_sight_everywhere(answer).await;
        }

        bo.is_shown(LAPTOP, "light").await;
        bo.accepts().await;
        ana.is_in_a_call().await;
        ana.has_in_sight_everywhere("hang-up").await;
        ana.is_shown(LAPTOP, "light").await;
        ana.turns_the_inspector(true).await;
        ana.has_in_sight_everywhere("hang-up").await;
        ana.has_nothing_outside_its_box().await;
        ana.is_shown(LAPTOP, "light").await;
        ana.presses("devices").await;
        ana.has_in_sight_everywhere("devices-done").await;
        ana.presses("devices-done").await;
        ana.hangs_up().await;

        for page in [&ana, &bo] {
            page.is_shown(LAPTOP, "light").await;
            page.writes("room-input", "standup").await;
            page.presses("room-join").await;
        }
        ana.sees("seen.part('person-bo-video').videoWidth > 0").await;
        ana.has_in_sight_everywhere("leave").await;
        bo.presses("share").await;
        ana.sees("seen.part('screen-bo-video')?.videoWidth > 0").await;
        ana.has_in_sight_everywhere("leave").await;
    });
}

#[test]
fn a_message_below_the_fold_of_a_phone_counts_on_a_button_and_in_the_title_until_it_is_seen() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_in_a_call().await;
        ana.is_shown(PHONE, "light").await;
        ana.value("scrollTo(0, 0)").await;
        // The page has noticed that the chat is out of sight: it is asked in the next frame.
        ana.value(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
        )
        .await;
        bo.presses("write-ana").await;
        bo.says("Can you read this?").await;

        ana.reads("chat-log", "Can you read this?").await;
        ana.sees("document.title === '(1) ana · switchboard'").await;
        ana.has_in_sight("chat-open").await;
        ana.reads("chat-open", "1 unread").await;
        ana.reads("unread-bo", "1").await;
        bo.says("Hello?").await;
        ana.sees("seen.text('chat-count') === '2'").await;

        ana.presses("chat-open").await;

        ana.sees("document.title === 'ana · switchboard'").await;
        ana.sees("seen.text('chat-count') === '' && seen.text('unread-bo') === ''").await;
        ana.sees("document.activeElement === seen.part('chat-log')").await;
        bo.says("And this?").await;
        ana.reads("chat-log", "And this?").await;
        ana.sees("document.title === 'ana · switchboard'").await;
    });
}

#[test]
fn a_message_in_a_tab_in_the_background_counts_in_the_title_until_the_tab_is_looked_at() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;
        ana.presses("write-bo").await;
        let looks = |hidden: bool| {
            format!(
                "(Object.defineProperty(document, 'hidden', {{ value: {hidden}, configurable: true }}), \
                 document.dispatchEvent(new Event('visibilitychange')))"
            )
        };
        ana.value(&looks(true)).await;

        bo.presses("write-ana").await;
        bo.says("Are you there?").await;

        ana.sees("document.title === '(1) ana · switchboard'").await;
        ana.value(&looks(false)).await;
        ana.sees("document.title === 'ana · switchboard'").await;
    });
}

#[test]
fn the_id_follows_a_name_in_brackets_only_where_two_share_it() {
    on_the_demo_page(async |demo| {
        let ana = demo.named("11", "Ana").await;
        let bo = demo.named("22", "Bo").await;
        ana.reads("user-summary", "1 other online").await;
        ana.calls("22").await;
        bo.reads("incoming-title", "Ana is calling").await;
        bo.sees("!seen.text('incoming-title').includes('(')").await;
        bo.presses("reject").await;
        ana.call_ends("Bo declined the call.").await;

        let _other = demo.named("33", "bo").await;
        ana.reads("user-summary", "2 others online").await;
        ana.presses("write-22").await;

        ana.sees("seen.part('chat-input').placeholder === 'Write to Bo (22)'").await;
    });
}
