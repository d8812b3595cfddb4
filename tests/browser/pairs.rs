//! Which person of a test uses which browser.
//!
//! The tests of the client library run in each browser and in both orders between two of them.

use switchboard::config::Config;

/// A browser that the library is tested in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browser {
    Chromium,
    Firefox,
}

/// The browser of the first user of a test, and that of all others.
#[derive(Clone, Copy)]
pub(crate) struct Pair(pub(crate) Browser, pub(crate) Browser);

impl Pair {
    pub(crate) const CHROMIUM: Self = Self(Browser::Chromium, Browser::Chromium);
    pub(crate) const FIREFOX: Self = Self(Browser::Firefox, Browser::Firefox);
    pub(crate) const CHROMIUM_FIRST: Self = Self(Browser::Chromium, Browser::Firefox);
    pub(crate) const FIREFOX_FIRST: Self = Self(Browser::Firefox, Browser::Chromium);
}

/// Makes four tests of each function: in Chromium, in Firefox, and in both orders between the two.
///
/// Takes functions of the form `async fn(&Demo)`, `with` a function that makes the server's settings
/// where they are not the default ones.
macro_rules! in_every_pair {
    ($($test:ident $(with $config:ident)?),+ $(,)?) => {
        $crate::pairs::in_pair!(chromium, CHROMIUM, $($test $(with $config)?),+);
        $crate::pairs::in_pair!(firefox, FIREFOX, $($test $(with $config)?),+);
        $crate::pairs::in_pair!(chromium_and_firefox, CHROMIUM_FIRST, $($test $(with $config)?),+);
        $crate::pairs::in_pair!(firefox_and_chromium, FIREFOX_FIRST, $($test $(with $config)?),+);
    };
}

/// Makes two tests of each function: in Chromium and in Firefox.
macro_rules! in_each_browser {
    ($($test:ident $(with $config:ident)?),+ $(,)?) => {
        $crate::pairs::in_pair!(chromium, CHROMIUM, $($test $(with $config)?),+);
        $crate::pairs::in_pair!(firefox, FIREFOX, $($test $(with $config)?),+);
    };
}

/// Makes one test of each function, in a module of this name.
macro_rules! in_pair {
    ($module:ident, $pair:ident, $($test:ident $(with $config:ident)?),+) => {
        mod $module {
            $(#[test]
            fn $test() {
                let config = $crate::pairs::settings(&[$(super::$config)?]);
                $crate::demo::on_a_demo_page_in($crate::pairs::Pair::$pair, config, super::$test);
            })+
        }
    };
}

/// The settings that a test asks for, or the default ones.
pub(crate) fn settings(own: &[fn() -> Config]) -> Config {
    own.first().map_or_else(Config::default, |make| make())
}

pub(crate) use {in_each_browser, in_every_pair, in_pair};
