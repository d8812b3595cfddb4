//! The React app of `examples/react`, built by Vite with the packed library, on an origin of its own.
//!
//! `tests/run.sh` builds it twice: for development, where StrictMode mounts everything twice, and for production.

use std::path::Path;
use std::rc::Rc;

use futures_util::future::join;
use switchboard::config::Config;

use crate::app_server::{AppServer, Content};
use crate::demo::{Demo, on_a_demo_page_in};
use crate::guide::block;
use crate::page::Page;
use crate::pairs::Pair;

const DEVELOPMENT: &str = "/dist-development/";
const PRODUCTION: &str = "/dist/";

/// Whether the other's picture shows ten further frames within two seconds.
const MOVES: &str = "await new Promise((seen) => { \
    const video = document.querySelector('[data-testid=remote-video]'); \
    let frames = 0; \
    const next = () => (++frames > 10 ? seen(true) : video.requestVideoFrameCallback(next)); \
    next(); \
    setTimeout(seen, 2000, false); \
})";

/// Runs a test on the app, which is served with the headers of the guide's section on CSP.
fn on_the_react_app(test: impl AsyncFnOnce(&Demo, &AppServer)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/react");
    for build in [DEVELOPMENT, PRODUCTION] {
        let page = folder.join(build.trim_matches('/')).join("index.html");
        assert!(page.exists(), "{} is missing: tests/run.sh --build-examples", page.display());
    }
    let headers = block("http", "Content-Security-Policy").lines().map(str::to_owned).collect();
    let app = AppServer::start(Content { folder, headers, ..Content::default() });
    let config = Config { origins: vec![app.origin()], ..Config::default() };
    on_a_demo_page_in(Pair::CHROMIUM_FIRST, config, async |demo| {
        app.connects_to(demo.address);
        test(demo, &app).await;
    });
}

/// One of the two builds in a browser of its own, which keeps what camera and microphone give.
async fn opened(demo: &Demo, app: &AppServer, build: &str) -> Rc<Page> {
    let page = demo.app_page(&format!("{}{build}", app.origin())).await;
    let keeping = "const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); \
        window.given = []; \
        navigator.mediaDevices.getUserMedia = async (...all) => { \
          const stream = await ask(...all); \
          given.push(...stream.getTracks()); \
          return stream; \
        }";
    page.driver.execute(keeping, []).await.unwrap();
    page
}

impl Page {
    async fn signs_in_to_the_app(&self, user: &str) {
        self.writes("user", user).await;
        self.presses("sign-in").await;
        self.reads("state", &format!("{user} is online.")).await;
    }

    /// Waits until the call is connected and its picture moves.
    async fn is_in_a_call_of_the_app_with(&self, other: &str) {
        self.reads("call-state", &format!("{other}: connected")).await;
        self.sees(MOVES).await;
    }

    /// Waits until there is no call, and camera and microphone are off.
    async fn is_in_no_call_of_the_app(&self) {
        self.sees("!seen.part('call')").await;
        self.sees("given.length > 0 && given.every((track) => track.readyState === 'ended')").await;
    }

    /// The messages `registered` so far: one for each session.
    async fn sessions(&self) -> u64 {
        let messages = "seen.wire.filter(({ direction, text }) => direction === 'in' && JSON.parse(text).type === 'registered')";
        self.value(&format!("{messages}.length")).await.as_u64().unwrap()
    }
}

async fn ana_calls_bo(ana: &Page, bo: &Page) {
    ana.presses("call-bo").await;
    bo.presses("accept").await;
    join(ana.is_in_a_call_of_the_app_with("bo"), bo.is_in_a_call_of_the_app_with("ana")).await;
}

#[test]
fn a_react_component_under_strict_mode_calls_is_unmounted_and_calls_again_when_it_is_mounted_again()
{
    on_the_react_app(async |demo, app| {
        let (ana, bo) = join(opened(demo, app, DEVELOPMENT), opened(demo, app, PRODUCTION)).await;
        join(ana.signs_in_to_the_app("ana"), bo.signs_in_to_the_app("bo")).await;
        assert_eq!((ana.sessions().await, bo.sessions().await), (1, 1));
        ana_calls_bo(&ana, &bo).await;

        ana.presses("sign-out").await;
        bo.is_in_no_call_of_the_app().await;
        bo.sees("!seen.part('call-ana')").await;
        ana.is_in_no_call_of_the_app().await;

        ana.signs_in_to_the_app("ana").await;
        ana_calls_bo(&ana, &bo).await;
        bo.presses("hang-up").await;
        join(ana.is_in_no_call_of_the_app(), bo.is_in_no_call_of_the_app()).await;
        assert_eq!((ana.sessions().await, bo.sessions().await), (2, 1));
        for page in [&ana, &bo] {
            page.sees("!seen.part('error') && !seen.part('problem')").await;
        }
    });
}
