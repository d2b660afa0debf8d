use super::Mask;
use base64::{Engine as _, engine::general_purpose::*};
use serde_json::json;

fn masked(secrets: &[&str], text: &str) -> String {
    let mut mask = Mask::default();
    mask.add(secrets.iter().map(ToString::to_string));
    mask.apply(text)
}

/// A secret that every encoding writes in its own way.
const SECRET: &str = "Zürich & \"5 €\" <\\o/>+'🗝'";

#[test]
fn a_secret_is_hidden_wherever_it_stands() {
    assert_eq!(masked(&["hunter22"], "Value '{A=hunter22}' and hunter22"), "Value '{A=***}' and ***");
}

#[test]
fn the_longer_of_two_goes_first() {
    assert_eq!(masked(&["hunter", "hunter22"], "hunter22 hunter"), "*** ***");
}

#[test]
fn every_line_of_a_secret_is_one() {
    assert_eq!(masked(&["first line\n  second line\n"], "a: second line; first line"), "a: ***; ***");
}

#[test]
fn what_json_makes_of_a_secret_is_one() {
    assert_eq!(masked(&["say \"hi\""], r#"{"A":"say \"hi\""}"#), r#"{"A":"***"}"#);
    let once = json!({ "a": SECRET }).to_string();
    let twice = json!(once).to_string();
    let thrice = json!(twice).to_string();
    assert_eq!(masked(&[SECRET], &once), r#"{"a":"***"}"#);
    assert_eq!(masked(&[SECRET], &twice), r#""{\"a\":\"***\"}""#);
    assert_eq!(masked(&[SECRET], &thrice), r#""\"{\\\"a\\\":\\\"***\\\"}\"""#);
}

#[test]
fn so_is_what_json_in_ascii_makes_of_it() {
    // As Python's json.dumps writes it, and that as a text in JSON.
    let ascii = r#"Z\u00fcrich & \"5 \u20ac\" <\\o/>+'\ud83d\udddd'"#;
    assert_eq!(masked(&[SECRET], ascii), "***");
    assert_eq!(masked(&[SECRET], &json!(ascii).to_string()), r#""***""#);
    assert_eq!(masked(&["a<b>c&d"], r"a\u003cb\u003Ec\u0026d"), "***");
}

#[test]
fn so_is_what_urls_forms_xml_and_python_make_of_it() {
    let url = "Z%C3%BCrich%20%26%20%225%20%E2%82%AC%22%20%3C%5Co%2F%3E%2B%27%F0%9F%97%9D%27";
    assert_eq!(masked(&[SECRET], url), "***");
    assert_eq!(masked(&[SECRET], &url.replace("%C3%BC", "%c3%bc").replace("%E2%82%AC", "%e2%82%ac")), "***");
    assert_eq!(masked(&[SECRET], &url.replace("%20", "+").replace("%27", "'").replace("%2F", "/")), "***");
    assert_eq!(masked(&[SECRET], "Zürich &amp; &quot;5 €&quot; &lt;\\o/&gt;+&apos;🗝&apos;"), "***");
    assert_eq!(
        masked(&[SECRET], "Z&#252;rich &amp; &#34;5 &#x20AC;&#x22; &lt;\\o/&gt;+&#39;&#128477;&#39;"),
        "***"
    );
    assert_eq!(masked(&["Zürich!"], r"b'Z\xc3\xbcrich!'"), "b'***'");
}

#[test]
fn so_is_base64_at_any_place_and_hexadecimal() {
    for before in ["", "u", "us", "user:", "{\"a\":\""] {
        for after in ["", "!", "??", "\"}"] {
            let text = format!("{before}{SECRET}{after}");
            for encoded in [STANDARD.encode(&text), STANDARD_NO_PAD.encode(&text), URL_SAFE.encode(&text)] {
                let seen = masked(&[SECRET], &encoded);
                assert!(seen.contains("***") && seen.len() <= 20, "{before}…{after}: {encoded}: {seen}");
            }
        }
    }
    let whole = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END KEY-----\n";
    assert_eq!(masked(&[whole], &STANDARD.encode(whole.trim())), "***");
    let hex: String = "hunter22".bytes().map(|b| format!("{b:02X}")).collect();
    assert_eq!(
        (masked(&["hunter22"], &hex), masked(&["hunter22"], &hex.to_lowercase())),
        ("***".into(), "***".into())
    );
}

#[test]
fn what_is_no_secret_stays() {
    assert_eq!(masked(&["", "dev", "true", "False"], "a device: true, False"), "a device: true, False");
    assert_eq!(masked(&["hunter22"], "hunter2 %68 \\u00 & ä"), "hunter2 %68 \\u00 & ä");
}
