//! A call, and what is opened during one, in low windows: a phone on its side, and a desktop at 200 %. The pictures are
//! kept in `target/screenshots`, to be looked at.

use serde_json::json;

use crate::demo::on_the_demo_page;
use crate::page::Page;

const LAPTOP: (u32, u32) = (1366, 768);
/// A phone on its side, and 1440×900 at 200 %. Each is looked at in one scheme.
const WINDOWS: [((u32, u32), &str); 2] = [((844, 390), "light"), ((720, 450), "dark")];

impl Page {
    /// With `part` scrolled to the top nothing runs out of these windows, no text is cut, axe finds nothing, and
    /// everything in `part` that can be pressed can be reached.
    async fn fits_low_windows(&self, state: &str, part: &str) {
        for ((width, height), scheme) in WINDOWS {
            self.is_shown((width, height), scheme).await;
            let name = format!("{state}-{width}x{height}");
            self.value(&format!("(document.querySelector('{part}').scrollIntoView(), true)")).await;
            self.is_kept_as(&name).await;
            for look in ["seen.outside()", "seen.cut()"] {
                assert_eq!(self.value(look).await, json!([]), "{look} on {name}");
            }
            self.keeps_nobody_out(&name).await;
            let hidden =
                self.value(&format!("({UNREACHABLE})(document.querySelector('{part}'))")).await;
            assert_eq!(hidden, json!([]), "cannot be reached on {name}");
        }
        self.is_shown(LAPTOP, "light").await;
    }
}

/// Elements within another one that can be used, and are not seen as a whole when they are scrolled to: they lie outside the
/// window or below something else.
const UNREACHABLE: &str = "(within) => [...within.querySelectorAll('button, input, select, a[href], summary')]
    .filter((it) => it.checkVisibility({ visibilityProperty: true }) && !it.matches(':disabled'))
    .filter((it) => {
      it.scrollIntoView({ block: 'nearest' });
      const { left, right, top, bottom } = it.getBoundingClientRect();
      const [x, y] = [(left + right) / 2, (top + bottom) / 2];
      const points = [[x, y], [x, top + 2], [x, bottom - 2], [left + 2, y], [right - 2, y]];
      const label = it.labels?.[0] ?? it;
      const isSeen = ([x, y]) => [it, label].some((part) => part.contains(document.elementFromPoint(x, y)));
      return !points.every(isSeen);
    })
    .map((it) => it.outerHTML.slice(0, 160))";

#[test]
fn a_call_that_rings_and_one_that_runs_fit_low_windows() {
    on_the_demo_page(async |demo| {
        let ana = demo.named("11", "Ana").await;
        let bo = demo.named("22", "Bo").await;
        ana.calls("22").await;
        ana.reads("call-words", "Ringing Bo").await;
        ana.fits_low_windows("50-ringing-there", "#stage").await;
        bo.can_press("accept").await;
        bo.fits_low_windows("51-ringing-here", "#incoming").await;

        bo.accepts().await;
        ana.is_in_a_call().await;
        ana.fits_low_windows("52-in-a-call", "#stage").await;
        for (nth, page) in [&ana, &bo, &ana].iter().enumerate() {
            page.says(&format!("This is line {nth} of what was said in the call.")).await;
        }
        ana.reads("chat-log", "line 2").await;
        ana.fits_low_windows("53-chat", ".chat").await;

        ana.presses("devices").await;
        ana.can_press("camera-choice").await;
        ana.fits_low_windows("54-devices", "#device-dialog").await;
        ana.presses("devices-done").await;
        bo.presses("share").await;
        ana.reads("screen-22-tile", "Screen of Bo").await;
        ana.fits_low_windows("55-screen", "#stage").await;
    });
}

#[test]
fn the_inspector_and_the_self_test_fit_low_windows() {
    on_the_demo_page(async |demo| {
        let (ana, _bo) = demo.two_in_a_call().await;
        ana.turns_the_inspector(true).await;
        ana.can_press("ladder-filter").await;
        ana.sees("document.querySelectorAll('[data-testid=connection-local] tbody tr').length > 0")
            .await;
        ana.fits_low_windows("56-inspector", "#dock").await;
        ana.presses("self-test-open").await;
        ana.presses("self-test-start").await;
        ana.sees("seen.part('self-test-sum').dataset.code").await;
        ana.fits_low_windows("57-self-test", "#self-test-dialog").await;
    });
}
