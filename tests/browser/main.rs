//! The demo page as people use it: headless browsers with fake cameras call each other.
//!
//! Needs `chromium`, `chromedriver`, `firefox-esr`, `geckodriver` and `turnserver`; `tests/run.sh` installs them. Each test starts
//! a server of its own, and a browser of its own for everybody in it.
#![allow(missing_docs, clippy::unwrap_used)]

mod accessible;
mod acts;
mod app_server;
mod below_a_path;
mod browser;
mod calling;
mod chatting;
mod console;
mod demo;
mod ending;
mod failing;
mod firefox;
mod guide;
mod keyboard;
mod languages;
mod layout;
mod leaving;
mod library;
mod library_calls;
mod library_discarded;
mod library_errors;
mod library_lasts;
mod library_late;
mod library_life;
mod library_many;
mod library_media;
mod library_negotiates;
mod library_refused;
mod library_relay;
mod library_rooms;
mod library_tokens;
mod line;
mod low_windows;
mod media;
mod missed;
mod offline;
mod page;
mod page_in_firefox;
mod pairs;
mod panels;
mod people;
#[path = "../proxies/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "other tests need the rest")]
mod proxies;
mod react;
mod readme;
mod refused;
mod relay;
mod rooms;
mod screens;
mod self_test;
mod served;
mod sharing;
mod signing_in;
mod tabs;
mod token_card;
mod turn_server;
mod waiting;
mod weight;
mod windows;
mod wishing;
