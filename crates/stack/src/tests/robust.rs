//! Nothing in a file may make the reader panic, hang or talk without end.

use super::{FULL, OURS, parse};

/// Pieces that mean something to YAML, to `${…}` or to the reader.
const PIECES: &[&str] = &[
    "\n",
    "  ",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "#",
    "&a ",
    "*a",
    "<<: ",
    "|\n",
    ">",
    "!x ",
    "${",
    "}",
    "$",
    ":-",
    ":?",
    "TOKEN",
    "é",
    "\u{1F600}",
    "\u{0}",
    "\t",
    "\r\n",
    "---\n",
    "?",
    "null",
    "~",
    "1e999",
    ".nan",
    "0x1",
    "GET /{a+}/b",
    "routes",
    "context",
    "*",
    "stack",
    ",",
];

fn mutate(text: &str, random: &mut fastrand::Rng) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..random.usize(1..6) {
        let at = random.usize(..=chars.len());
        let end = (at + random.usize(..20)).min(chars.len());
        let piece: Vec<char> = match random.u8(..3) {
            0 => Vec::new(),
            1 => PIECES[random.usize(..PIECES.len())].chars().collect(),
            _ => {
                let from = random.usize(..chars.len().max(1)).min(chars.len());
                chars[from..(from + random.usize(..40)).min(chars.len())].to_vec()
            }
        };
        chars.splice(at..if random.bool() { end } else { at }, piece);
    }
    chars.into_iter().collect()
}

#[test]
fn mutated_files_are_read_or_refused() {
    let mut random = fastrand::Rng::with_seed(7);
    let (mut read, mut refused) = (0, 0);
    for round in 0..1_000 {
        let text = mutate(if round % 2 == 0 { FULL } else { OURS }, &mut random);
        match parse(&text) {
            Ok(_) => read += 1,
            Err(error) => {
                refused += 1;
                assert!(!error.mistakes.is_empty());
                assert!(!error.to_string().contains("hunter2"), "{error}");
                assert!(!error.render(true).is_empty());
                let places = error.mistakes.iter().filter_map(|mistake| mistake.place);
                assert!(places.into_iter().all(|place| text.len() >= place.end && place.start <= place.end));
            }
        }
    }
    assert!(read > 40 && refused > 300, "{read} read, {refused} refused: the mutations test nothing");
}

#[test]
fn random_text_is_refused() {
    let mut random = fastrand::Rng::with_seed(8);
    for _ in 0..2_000 {
        let text: String = (0..random.usize(..60)).map(|_| PIECES[random.usize(..PIECES.len())]).collect();
        assert!(parse(&text).is_err(), "{text}");
    }
}

#[test]
fn large_files_cost_little() {
    let started = std::time::Instant::now();
    let unknown: String = (0..40_000).map(|n| format!("key{n}: 1\n")).collect();
    let unset = format!("stack: s\nfunctions: {{f: {{description: '{}'}}}}\n", "${NO}".repeat(150_000));
    let long_line = format!("stack: [{}]\n", "'x', ".repeat(15_000));
    let scalar = format!("stack: {}\n", "x".repeat(1_000_000));
    for text in [unknown, unset, long_line, scalar] {
        let shown = parse(&text).unwrap_err().to_string();
        assert!(shown.len() < 100_000, "{} bytes: {}", shown.len(), &shown[..500]);
    }
    assert!(started.elapsed().as_secs() < 20, "took {:?}", started.elapsed());
}
