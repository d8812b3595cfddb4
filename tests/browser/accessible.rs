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

/// A style that axe tries to set, by its hash, and that the pages' policy does not let it.
const STYLE_OF_AXE: &str = "sha256-BqmuHJZAei235TyhFhCHv7BB0RjrdbybAiVap7Ui1tg=";

impl Page {
    /// Axe finds nothing in what is shown.
    pub(crate) async fn keeps_nobody_out(&self, screen: &str) {
        if self.value("typeof axe").await == "undefined" {
            self.may_complain_of(STYLE_OF_AXE);
            let file = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("client/node_modules/axe-core/axe.min.js");
            let axe = fs::read_to_string(file).expect("tests/run.sh installs axe-core");
            self.driver.execute(axe, []).await.unwrap();
        }
        let found = self.value(&format!("await {LOOK}")).await;
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
        ana.reads("call-words", "Ringing at bo").await;

        for page in [&ana, &bo] {
            page.sees("matchMedia('(prefers-reduced-motion: reduce)').matches").await;
            page.sees("document.getAnimations().length === 0").await;
        }
    });
}
