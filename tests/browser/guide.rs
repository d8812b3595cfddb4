//! The code in the guide, `docs/client.md`, does what the guide says.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use futures_util::future::join;
use serde_json::json;
use switchboard::config::Config;

use crate::app_server::{AppServer, Content, OwnPage};
use crate::demo::{Demo, on_a_demo_page_in, on_the_demo_page};
use crate::page::Page;
use crate::pairs::{Pair, in_pair};

const GUIDE: &str = include_str!("../../docs/client.md");

in_pair!(firefox_and_chromium, FIREFOX_FIRST, files_arrive_whole_in_both_directions);
in_pair!(chromium_and_firefox, CHROMIUM_FIRST, a_shared_screen_is_shown_to_the_room_until_it_ends);

/// The first block of code in this language that contains these words.
///
/// # Panics
///
/// If there is none.
pub(crate) fn block(language: &str, words: &str) -> &'static str {
    let fence = format!("\n```{language}\n");
    let found = GUIDE.split(&fence).skip(1).find_map(|rest| {
        let (code, _) = rest.split_once("\n```").unwrap();
        code.contains(words).then_some(code)
    });
    found.unwrap_or_else(|| panic!("the guide has no {language} with `{words}`"))
}

/// A page with nothing but this.
fn page_with(path: &'static str, html: &str) -> OwnPage {
    OwnPage { path, html: format!("<!doctype html><title>{path}</title>{html}") }
}

#[test]
fn the_library_is_loaded_from_the_server_by_its_hash_and_a_file_with_another_hash_is_refused() {
    let classic = block("html", ".global.js");
    let module = block("html", "importmap");
    let tampered = classic
        .replace("sha384-", "sha384-AAAA")
        .replace("<script ", "<script onerror=\"window.refused = true\" ");
    let pages = vec![
        page_with("/classic.html", classic),
        page_with("/module.html", module),
        page_with("/tampered.html", &tampered),
    ];
    let app = AppServer::start(Content { pages, ..Content::default() });
    let config = Config { origins: vec![app.origin()], ..Config::default() };
    on_a_demo_page_in(Pair::CHROMIUM_FIRST, config, async |demo| {
        app.connects_to(demo.address);
        for _browser in ["chromium", "firefox"] {
            let page = demo.app_page(&format!("{}/classic.html", app.origin())).await;
            page.sees("switchboard.connect.call && switchboard.SwitchboardError.call").await;
            page.driver.goto(format!("{}/module.html", app.origin())).await.unwrap();
            page.sees("window.me?.state === 'online' && me.userId === '11'").await;
            page.value("me.close() ?? true").await;
            // In a script of the page: those of Firefox's driver know no import map.
            let devices = format!(
                "document.head.append(Object.assign(document.createElement('script'), {{ type: 'module', textContent: \
                 `import {{ listDevices }} from 'http://{}/switchboard-media.js'; window.listDevices = listDevices;` }}))",
                demo.address
            );
            page.value(&devices).await;
            page.sees("window.listDevices").await;
            let libraries = "performance.getEntriesByType('resource').map((it) => it.name) \
                .filter((it) => /switchboard(-[0-9.]+)?\\.js$/.test(it))";
            let pinned =
                format!("http://{}/switchboard-{}.js", demo.address, env!("CARGO_PKG_VERSION"));
            assert_eq!(page.value(libraries).await, json!([pinned]), "it is loaded once");
            page.driver.goto(format!("{}/tampered.html", app.origin())).await.unwrap();
            page.may_complain_of("integrity");
            page.may_complain_of("not loaded: ");
            page.sees("window.refused && !window.switchboard").await;
        }
    });
}

/// Makes functions of a block of the guide global on a page.
async fn with_functions_of_the_guide(page: &Page, words: &str, names: &str) {
    let script = format!("{}\nObject.assign(window, {{ {names} }})", block("js", words));
    page.driver.execute(script, []).await.unwrap();
}

async fn files_arrive_whole_in_both_directions(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    for page in [&ana, &bo] {
        with_functions_of_the_guide(page, "async function sendFile", "sendFile, receiveFiles")
            .await;
        let helpers = "lab.files = []; \
            lab.random = (size) => { \
              const bytes = new Uint8Array(size); \
              for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536)); \
              return bytes; \
            }; \
            lab.digest = async (file) => [file.name, file.type, file.size, \
              new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer())).join()].join()";
        page.driver.execute(helpers, []).await.unwrap();
    }
    let accepted = async {
        bo.sees("lab.heard.peers.length === 1").await;
        bo.value("lab.heard.peers[0].accept().then(() => (lab.peer = lab.heard.peers[0], true))")
            .await;
    };
    join(ana.value("lab.me.peer('bo').then((peer) => (lab.peer = peer, true))"), accepted).await;
    for page in [&ana, &bo] {
        page.value("receiveFiles(lab.peer, (file) => lab.files.push(file)) ?? true").await;
    }

    for (from, to) in [(&ana, &bo), (&bo, &ana)] {
        let sent = from
            .value(
                "(lab.sent = [new File([lab.random(3_000_001)], 'Übung 1.bin', { type: 'application/x-test' }), new File([], 'empty')], \
                 await Promise.all(lab.sent.map((file) => sendFile(lab.peer, file))), \
                 (await Promise.all(lab.sent.map(lab.digest))).sort())",
            )
            .await;
        to.sees("lab.files.length === 2").await;
        assert_eq!(to.value("(await Promise.all(lab.files.map(lab.digest))).sort()").await, sent);
    }
    ana.has_heard_of_no_error().await;
    bo.has_heard_of_no_error().await;
}

async fn a_shared_screen_is_shown_to_the_room_until_it_ends(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    for page in [&ana, &bo] {
        let script = format!(
            "lab.shown = new Set(); \
             lab.button = document.createElement('button'); \
             navigator.mediaDevices.getDisplayMedia = async () => lab.painting(128, 72); \
             return (async (me, camera, button, show, hide) => {{\n{}\n}})( \
               lab.me, lab.camera, lab.button, (it) => lab.shown.add(it), (it) => lab.shown.delete(it))",
            block("js", "room.shareScreen()")
        );
        page.driver.execute(script, []).await.unwrap();
    }
    for page in [&ana, &bo] {
        page.sees("lab.shown.size === 1 && await lab.moves([...lab.shown][0])").await;
    }

    for _ in 0..2 {
        ana.value("lab.button.onclick().then(() => true)").await;
        bo.sees("lab.shown.size === 2 && await lab.moves([...lab.shown][1])").await;
        ana.value("lab.button.onclick().then(() => true)").await;
        bo.sees("lab.shown.size === 1 && await lab.moves([...lab.shown][0])").await;
    }
    ana.value("lab.button.onclick().then(() => true)").await;
    bo.sees("lab.shown.size === 2").await;
    ana.value("lab.me.close() ?? true").await;
    bo.sees("lab.shown.size === 0").await;
    bo.has_heard_of_no_error().await;
}

/// A program of Node; it is killed when this is dropped.
struct Node {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Node {
    /// Runs a module in the folder of the React app, where the packed library is installed.
    fn run(module: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/react");
        // Node 22 has WebSocket without being asked.
        let arguments = ["--experimental-websocket", "--no-warnings", "--input-type=module", "-e"];
        let mut node = Command::new("node");
        node.args(arguments).arg(module).current_dir(folder).stdout(Stdio::piped());
        let mut process = node.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, lines }
    }

    /// The next line that it prints.
    fn line(&mut self) -> String {
        self.lines.next().expect("it has ended").unwrap()
    }

    /// Asks it to end, and waits until it has.
    fn terminate(mut self) -> Option<i32> {
        let asked = Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        assert!(asked.success());
        self.process.wait().unwrap().code()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_bot_in_node_answers_speaks_to_a_room_and_ends_when_it_is_told_to() {
    on_the_demo_page(async |demo| {
        let ana = demo.app_user("ana").await;
        let joined = "lab.me.join('standup', { mesh: false }).then((room) => \
            (room.on('message', ({ data }) => (lab.said = data)), true))";
        ana.value(joined).await;

        let code = block("js", "userId: \"bot\"");
        let code = code.replace("localhost:8080", &demo.address.to_string());
        let mut bot = Node::run(&format!("{code}\nconsole.log('ready');"));
        ana.sees("lab.said === 'the bot is here'").await;
        ana.value("lab.me.send('bot', 'hi').then(() => true)").await;
        ana.sees("lab.heard.messages.length === 1").await;
        assert_eq!(ana.value("lab.heard.messages").await, json!([{ "echo": "hi" }]));

        assert_eq!(bot.line(), "ready");
        assert_eq!(bot.terminate(), Some(0));
        ana.sees("!lab.me.people.has('bot')").await;
    });
}
