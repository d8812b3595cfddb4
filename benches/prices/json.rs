//! JSON that is dear to read for its length.

/// Nesting that `data` may have, less the outermost list of each value here.
const DEPTH: usize = 60;

/// Values of about this many bytes, each dear in its own way. All of them may be `data`.
pub fn values(bytes: usize) -> Vec<(&'static str, String)> {
    let nested = |open: &str, close: &str| {
        format!("[{}]", list_of(&format!("{}1{}", open.repeat(DEPTH), close.repeat(DEPTH)), bytes))
    };
    vec![
        ("a long string", format!("\"{}\"", filled("x", bytes))),
        ("a string of escapes", format!("\"{}\"", filled("\\u00e9", bytes))),
        ("a string of short escapes", format!("\"{}\"", filled("\\n", bytes))),
        ("surrogate pairs", format!("\"{}\"", filled("\\ud83d\\ude00", bytes))),
        ("half surrogates", format!("\"{}\"", filled("\\ud83d", bytes))),
        ("nested lists", nested("[", "]")),
        ("nested objects", nested("{\"\":", "}")),
        ("many fields", format!("{{{}}}", list_of("\"a\":1", bytes))),
        ("empty strings", format!("[{}]", list_of("\"\"", bytes))),
        ("small numbers", format!("[{}]", list_of("1", bytes))),
        ("long numbers", format!("[{}]", list_of("-1.2345678901234567e-300", bytes))),
        (
            "brackets and short escapes",
            format!("[{}\"{}\"]", "[],".repeat(70), filled("\\n", bytes)),
        ),
        ("blanks", format!("[{}1]", filled(" \t\r\n", bytes))),
    ]
}

/// Members of an outer object, of about this many bytes, that no message has or that are there again
/// and again.
pub fn members(bytes: usize) -> Vec<(&'static str, String)> {
    vec![
        ("unknown fields", list_of("\"a\":1", bytes)),
        ("unknown fields with escapes", list_of("\"\\u0061\\u0062\":1", bytes)),
        ("fields with half surrogates", list_of("\"\\ud83d\":1", bytes)),
        ("a long unknown field", format!("\"{}\":1", filled("\\u00e9", bytes))),
        ("repeated ids", list_of("\"id\":1", bytes)),
        ("repeated fields", list_of("\"received\":1", bytes)),
    ]
}

fn filled(piece: &str, bytes: usize) -> String {
    piece.repeat(bytes / piece.len())
}

fn list_of(value: &str, bytes: usize) -> String {
    vec![value; (bytes / (value.len() + 1)).max(1)].join(",")
}
