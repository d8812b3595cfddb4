//! What the guide, `docs/client.md`, shows does what the guide says.

const GUIDE: &str = include_str!("../../docs/client.md");

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
