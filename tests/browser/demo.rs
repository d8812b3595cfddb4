//! A served demo page and the people on it.
//!
//! Promises: whatever a test opened is closed when the test ends, also by a panic; a page that
//! wrote an error on its console fails the test.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix::System;
use futures_util::future::join;
use switchboard::config::Config;

use crate::browser::{Background, Camera, Chromedriver};
use crate::firefox::Geckodriver;
use crate::page::Page;
use crate::pairs::{Browser, Pair};
use crate::served::Served;

/// One test at a time, also where all of them are threads of one process.
static TURN: Mutex<()> = Mutex::new(());

/// The server, the browsers and the pages of one test.
pub(crate) struct Demo {
    // First the pages go, then the browsers, then the server.
    pages: RefCell<Vec<Rc<Page>>>,
    firefoxes: RefCell<Vec<Geckodriver>>,
    chromedriver: Chromedriver,
    browsers: Pair,
    /// Pages of app users opened so far.
    app_users: Cell<usize>,
    server: RefCell<Option<Served>>,
    pub(crate) address: SocketAddr,
    config: Config,
}

/// Runs a test on a demo page that is served with default settings.
pub(crate) fn on_the_demo_page(test: impl AsyncFnOnce(&Demo)) {
    on_a_demo_page_of(Config::default(), test);
}

/// Runs a test on a demo page that is served with these settings, but at a free port.
pub(crate) fn on_a_demo_page_of(config: Config, test: impl AsyncFnOnce(&Demo)) {
    on_a_demo_page_in(Pair::CHROMIUM, config, test);
}

/// Runs a test whose app users have these browsers.
pub(crate) fn on_a_demo_page_in(browsers: Pair, config: Config, test: impl AsyncFnOnce(&Demo)) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    System::new().block_on(async {
        let demo = Demo::start(browsers, config);
        test(&demo).await;
        demo.end().await;
    });
}

/// Settings under which a test need not wait long.
pub(crate) fn impatient() -> Config {
    Config {
        ring_timeout: Duration::from_secs(2),
        drain_window: Duration::from_secs(1),
        ..Config::default()
    }
}

impl Demo {
    fn start(browsers: Pair, config: Config) -> Self {
        let config = Config { listen: "127.0.0.1:0".parse().unwrap(), ..config };
        let server = Served::start(config.clone());
        let address = server.address;
        let chromedriver = Chromedriver::start();
        let server = RefCell::new(Some(server));
        Self {
            pages: RefCell::default(),
            firefoxes: RefCell::default(),
            chromedriver,
            browsers,
            app_users: Cell::new(0),
            server,
            address,
            config,
        }
    }

    /// The demo page at this path and query, in a browser of its own.
    pub(crate) async fn page_at(&self, path: &str, camera: Camera) -> Rc<Page> {
        self.page_of(&self.address_of(path), camera).await
    }

    /// Any page, in a browser of its own.
    pub(crate) async fn page_of(&self, address: &str, camera: Camera) -> Rc<Page> {
        self.page_in(Background::Steady, address, camera).await
    }

    /// Any page, in a browser that slows down pages in the background, or not.
    pub(crate) async fn page_in(
        &self,
        background: Background,
        address: &str,
        camera: Camera,
    ) -> Rc<Page> {
        let driver = self.chromedriver.open(camera, background).await;
        self.keep(Page::open(driver, Browser::Chromium, address).await)
    }

    /// Any page for a user of an app, in the browser whose turn it is, with a camera.
    pub(crate) async fn app_page(&self, address: &str) -> Rc<Page> {
        let Pair(first, other) = self.browsers;
        let browser =
            if self.app_users.replace(self.app_users.get() + 1) == 0 { first } else { other };
        let page = match browser {
            Browser::Chromium => self.page_of(address, Camera::Fake).await,
            Browser::Firefox => {
                let (firefox, driver) = Geckodriver::open().await;
                self.firefoxes.borrow_mut().push(firefox);
                self.keep(Page::open(driver, browser, address).await)
            }
        };
        page.may_complain_of("/favicon.ico");
        page
    }

    fn keep(&self, page: Page) -> Rc<Page> {
        let page = Rc::new(page);
        self.pages.borrow_mut().push(page.clone());
        page
    }

    /// The demo page with somebody signed in, who has a camera.
    pub(crate) async fn signed_in(&self, user: &str) -> Rc<Page> {
        self.signed_in_with(user, Camera::Fake).await
    }

    /// The same with another camera.
    pub(crate) async fn signed_in_with(&self, user: &str, camera: Camera) -> Rc<Page> {
        let page = self.page_at(&format!("/?user={user}"), camera).await;
        page.reads("status", &format!("Signed in as {user}.")).await;
        page
    }

    /// Two people who are signed in and see each other.
    pub(crate) async fn two_people(&self) -> (Rc<Page>, Rc<Page>) {
        let (ana, bo) = join(self.signed_in("ana"), self.signed_in("bo")).await;
        ana.can_press("call-bo").await;
        bo.can_press("call-ana").await;
        (ana, bo)
    }

    /// Two people in a call: ana has called bo, and the pictures flow.
    pub(crate) async fn two_in_a_call(&self) -> (Rc<Page>, Rc<Page>) {
        let (ana, bo) = self.two_people().await;
        ana.calls("bo").await;
        bo.accepts().await;
        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
        (ana, bo)
    }

    pub(crate) fn address_of(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Ends as the program does on SIGTERM.
    pub(crate) fn stop_the_server(&self) {
        self.server.take();
    }

    /// Serves again at the same address.
    pub(crate) fn start_the_server_again(&self) {
        let config = Config { listen: self.address, ..self.config.clone() };
        self.server.replace(Some(Served::start(config)));
    }

    async fn end(self) {
        let pages = self.pages.take();
        for page in &pages {
            page.has_a_clean_console().await;
        }
        for page in &pages {
            page.close().await;
        }
    }
}
