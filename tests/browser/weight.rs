//! The cost of loading a page, its icons, its manifest, and the preview that a link to it shows.

use serde_json::json;

use crate::browser::Camera;
use crate::demo::on_the_demo_page;

/// The document and all that it loads: path, bytes on the wire, bytes unpacked.
const LOADED: &str = "performance.getEntries().filter((it) => it.entryType === 'navigation' || it.entryType === 'resource')
    .map((it) => [new URL(it.name).pathname, it.encodedBodySize, it.decodedBodySize])";

#[test]
fn a_page_is_few_requests_compressed_and_in_one_language() {
    on_the_demo_page(async |demo| {
        let page = demo.page_at("/?lang=en", Camera::Fake).await;
        page.reads("sign-in", "Sign in").await;

        let loaded = page.value(LOADED).await;
        let loaded = loaded.as_array().unwrap();
        assert!(loaded.len() < 20, "{} requests: {loaded:?}", loaded.len());
        let bytes = |nth: usize| loaded.iter().map(|it| it[nth].as_u64().unwrap()).sum::<u64>();
        let (sent, whole) = (bytes(1), bytes(2));
        assert!(sent < 100_000 && sent * 2 < whole, "{sent} bytes of {whole}: {loaded:?}");
        let languages = |all: &[serde_json::Value]| -> Vec<String> {
            let names = all.iter().map(|it| it[0].as_str().unwrap().to_owned());
            names.filter(|it| it.contains("all-")).collect()
        };
        assert_eq!(languages(loaded), ["/page/all-en.js"]);

        page.presses("language").await;

        page.reads("sign-in", "登录").await;
        let loaded = page.value(LOADED).await;
        let loaded = languages(loaded.as_array().unwrap());
        assert_eq!(loaded, ["/page/all-en.js", "/page/all-zh.js"]);
    });
}

#[test]
fn icons_manifest_and_link_previews_are_served_and_allowed_by_the_page_s_policy() {
    on_the_demo_page(async |demo| {
        let page = demo.page_at("/", Camera::Fake).await;
        page.reads("sign-in", "Sign in").await;
        let kinds = page
            .value(
                "Promise.all(['/favicon.ico', ...[...document.querySelectorAll(\
                 'link[rel*=icon], link[rel=manifest]')].map((it) => it.href), \
                 document.querySelector('meta[property=\"og:image\"]').content].map(async (it) => { \
                 const answer = await fetch(it); \
                 return [new URL(answer.url).pathname, answer.status, answer.headers.get('content-type')]; }))",
            )
            .await;
        let due = json!([
            ["/favicon.ico", 200, "image/x-icon"],
            ["/favicon.ico", 200, "image/x-icon"],
            ["/icon.svg", 200, "image/svg+xml"],
            ["/icons/apple-touch-icon.png", 200, "image/png"],
            ["/manifest.webmanifest", 200, "application/manifest+json"],
            ["/icons/icon-512.png", 200, "image/png"],
        ]);
        assert_eq!(kinds, due);

        let manifest = page.driver.cdp().send_raw("Page.getAppManifest", json!({})).await.unwrap();
        assert_eq!(manifest["errors"], json!([]));
        let manifest: serde_json::Value =
            serde_json::from_str(manifest["data"].as_str().unwrap()).unwrap();
        for icon in manifest["icons"].as_array().unwrap() {
            let (source, size) = (icon["src"].as_str().unwrap(), icon["sizes"].as_str().unwrap());
            let drawn = page
                .value(&format!(
                    "new Promise((done, fail) => {{ const it = new Image(); \
                     it.onload = () => done(`${{it.naturalWidth}}x${{it.naturalHeight}}`); \
                     it.onerror = fail; it.src = '{source}'; }})"
                ))
                .await;
            assert!(size == "any" || drawn == size, "{source} is {drawn}, not {size}");
        }
        for name in ["og:title", "og:description", "og:type", "theme-color"] {
            let content = format!(
                "document.querySelector('meta[property=\"{name}\"], meta[name=\"{name}\"]').content"
            );
            assert_ne!(page.value(&content).await, "", "{name}");
        }
    });
}
