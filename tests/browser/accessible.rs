//! The page as those use it who do not see it, or do not want it to move: what axe finds, and reduced motion.
//!
//! axe (npm `axe-core`) knows the rules of WCAG 2.2 that a program can check, contrast included. `tests/run.sh` installs it.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::demo::on_the_demo_page;
use crate::page::Page;

/// Every rule counts: none is left out.
const LOOK: &str = "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.map(({ id, help, nodes }) => [id, help, nodes.map((it) => [it.html.slice(0, 160), it.failureSummary])]))";

impl Page {
    /// Axe finds nothing in what is shown.
    pub(crate) async fn keeps_nobody_out(&self, screen: &str) {
        if self.value("typeof axe").await == "undefined" {
            let file = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("client/node_modules/axe-core/axe.min.js");
            let axe = fs::read_to_string(file).expect("tests/run.sh installs axe-core");
            self.driver.execute(axe, []).await.unwrap();
        }
        self.has_a_clean_console().await;
        let found = self.value(&format!("await {LOOK}")).await;
        // It sets styles of its own, which the pages' policy does not let it: that is no fault of the page.
        let _ = self.driver.browser_log().await.unwrap();
        assert_eq!(found, json!([]), "axe finds on {screen}: {found:#}");
    }
}

#[test]
fn who_wants_no_motion_sees_none_while_it_rings() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;
        let still =
            json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
        for page in [&ana, &bo] {
            page.driver.cdp().send_raw("Emulation.setEmulatedMedia", still.clone()).await.unwrap();
        }

        ana.calls("bo").await;
        bo.can_press("accept").await;
        ana.reads("call-words", "Ringing bo").await;

        for page in [&ana, &bo] {
            page.sees("matchMedia('(prefers-reduced-motion: reduce)').matches").await;
            page.sees("document.getAnimations().length === 0").await;
        }
    });
}
