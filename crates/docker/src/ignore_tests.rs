#![allow(clippy::unwrap_used)]
use super::*;

#[track_caller]
fn out(patterns: &str, name: &str) {
    assert!(Ignore::parse(patterns).unwrap().excludes(name), "`{name}` should be out by {patterns:?}");
}

#[track_caller]
fn kept(patterns: &str, name: &str) {
    assert!(!Ignore::parse(patterns).unwrap().excludes(name), "`{name}` should be in by {patterns:?}");
}

#[test]
fn names_start_at_the_root_of_the_context() {
    out("notes", "notes");
    kept("notes", "sub/notes");
    out("/notes", "notes");
    out("./notes", "notes");
    out("sub/../notes", "notes");
    out("../../notes", "../../notes");
    kept(".", "anything");
    kept("/", "anything");
}

#[test]
fn what_is_below_an_excluded_folder_is_out() {
    out("build", "build/a/b");
    out("build/", "build");
    out("build/", "build/a");
    out("*/cache", "x/cache/y");
}

#[test]
fn star_and_question_mark_stop_at_a_slash() {
    out("*.md", "a.md");
    kept("*.md", "sub/a.md");
    out("sub/*.md", "sub/a.md");
    out("a?c", "abc");
    kept("a?c", "a/c");
    kept("a?c", "ac");
    out("a?b", "a☺b");
    out("*", "a/b/c");
}

#[test]
fn two_stars_cross_folders() {
    out("**/*.pyc", "a.pyc");
    out("**/*.pyc", "a/b/c.pyc");
    out("**/temp", "temp");
    out("**/temp", "a/temp/b");
    kept("**/temp", "a/atemp");
    out("a/**", "a/b/c");
    kept("a/**", "a");
    out("a/**/z", "a/z");
    out("a/**/z", "a/b/c/z");
    kept("a/**/z", "a/bz");
    out("**", "any/thing");
    out("**/**/*.txt", "f.txt");
    out("**name", "a/some-name");
    out("a/*.txt**", "a/file.txt");
}

#[test]
fn classes_and_escapes() {
    out("a[b-d]e", "ace");
    kept("a[b-d]e", "aae");
    out("a[^b-d]e", "aze");
    out(r"[\]a]", "]");
    out(r"[x\-]", "-");
    out(r"a\*b", "a*b");
    kept(r"a\*b", "aab");
    out("a.|)$(}+{bc", "a.|)$(}+{bc");
}

#[test]
fn the_last_matching_line_decides() {
    kept("*.md\n!README.md", "README.md");
    out("*.md\n!README*.md\nREADME-secret.md", "README-secret.md");
    kept("*.md\nREADME-secret.md\n!README*.md", "README-secret.md");
    out("!a\na", "a");
}

#[test]
fn exceptions_reach_into_excluded_folders() {
    kept("docs\n!docs/README.md", "docs/README.md");
    out("**/a\n!?", "b/a");
    kept("?\n!b", "b/a");
    out("docs\n!docs/README.md", "docs/other");
    kept("**\n!src", "src/deep/main.rs");
    let ignore = Ignore::parse("*\n!src/deep/main.rs").unwrap();
    assert!(ignore.may_include_below("src") && ignore.may_include_below("src/deep"));
    assert!(!ignore.may_include_below("srcs") && !ignore.may_include_below("node_modules"));
    assert!(Ignore::parse("*\n!**/*.py").unwrap().may_include_below("anywhere"));
}

#[test]
fn comments_space_and_case() {
    kept("#a\n   \n", "a");
    kept("#a", "#a");
    out("  #a", "#a");
    out("  a  ", "a");
    kept("*\n!  a ", "a");
    out("/a //", "a");
    out("\u{feff}a", "a");
    out("a\r\nb\r\n", "a");
    kept("readme", "README");
}

#[test]
fn malformed_patterns_are_named_with_their_line() {
    for bad in ["!", "[", "a[", "[^bc", "[]a]", "[-x]", "[x-]", "[a-b-c]", "\\", r"src\tests", r"[\w]", "!/"]
    {
        let error = format!("{:#}", Ignore::parse(&format!("fine\n{bad}")).unwrap_err());
        assert!(error.contains("line 2"), "{bad}: {error}");
    }
}

#[test]
fn a_long_pattern_is_refused() {
    kept(&"a**".repeat(1365), "b");
    let error = format!("{:#}", Ignore::parse(&"**/".repeat(100_000)).unwrap_err());
    assert!(error.contains("more than 4096 bytes") && error.len() < 1000, "{error}");
}

#[test]
fn no_pattern_is_slow() {
    kept(&"*a".repeat(40), &"a".repeat(4000).replace('a', "ab"));
}
