//! What must be known of a Dockerfile before it is built: what it asks of the builder, and what it is based on.

use std::collections::BTreeMap;

/// Some facts about a Dockerfile.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Dockerfile {
    /// `# syntax=…`: the image that reads the rest, pulled by BuildKit.
    pub syntax: Option<String>,
    /// Line number of the first `--mount`, `--link` or `--chmod`: BuildKit's own.
    pub buildkit_option: Option<usize>,
    /// Line number of the first heredoc (`RUN <<EOF`).
    pub heredoc: Option<usize>,
    /// Images that are not made by an earlier stage.
    pub bases: Vec<String>,
    stages: Vec<Stage>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Stage {
    /// Lower case; empty without a name.
    name: String,
    /// `--platform`, of this stage or the one it goes on from.
    platform: Option<String>,
}

impl Dockerfile {
    /// The platform that the Dockerfile itself sets for the stage `target` (default: the last), whatever is asked for.
    pub fn platform(&self, target: Option<&str>) -> Option<&str> {
        let wanted = |s: &&Stage| target.is_none_or(|t| t.to_lowercase() == s.name);
        self.stages.iter().rev().find(wanted)?.platform.as_deref()
    }

    /// Reads `text`; `args` are the build's and those the builder sets, which may name a base or a platform.
    pub fn parse(text: &str, args: &BTreeMap<String, String>) -> Self {
        let mut found = Self { syntax: directive(text, "syntax"), ..Self::default() };
        let escape = directive(text, "escape").and_then(|e| e.chars().next()).unwrap_or('\\');
        let mut values = args.clone();
        for (line, instruction) in instructions(text, escape) {
            let mut words = instruction.split_whitespace();
            match words.next().unwrap_or_default().to_ascii_uppercase().as_str() {
                "FROM" => found.from(&words.collect::<Vec<_>>(), &values),
                "ARG" if found.stages.is_empty() => {
                    for (name, default) in words.filter_map(|w| w.split_once('=')) {
                        values.entry(name.into()).or_insert_with(|| default.trim_matches('"').into());
                    }
                }
                "RUN" | "COPY" | "ADD" => found.step(line, &instruction, text),
                _ => {}
            }
        }
        found
    }

    fn from(&mut self, words: &[&str], values: &BTreeMap<String, String>) {
        let (options, words): (Vec<&str>, Vec<&str>) = words.iter().partition(|w| w.starts_with("--"));
        let Some(image) = words.first().map(|w| substitute(w, values)) else { return };
        let earlier = self.stages.iter().find(|s| !s.name.is_empty() && s.name == image.to_lowercase());
        let own = options.iter().find_map(|o| o.strip_prefix("--platform=")).map(|p| substitute(p, values));
        let platform = own.or_else(|| earlier?.platform.clone());
        if image != "scratch" && earlier.is_none() && !self.bases.contains(&image) {
            self.bases.push(image);
        }
        self.stages
            .push(Stage { name: words.get(2).map(|name| name.to_lowercase()).unwrap_or_default(), platform });
    }

    fn step(&mut self, line: usize, instruction: &str, text: &str) {
        let options = instruction.split_whitespace().skip(1).take_while(|w| w.starts_with("--"));
        let own = ["--mount", "--link", "--chmod", "--security", "--network"];
        if options.into_iter().any(|o| own.iter().any(|b| o.starts_with(b))) {
            self.buildkit_option.get_or_insert(line);
        }
        if heredoc(instruction)
            .is_some_and(|end| text.lines().skip(line).any(|l| l.trim_start_matches('\t') == end))
        {
            self.heredoc.get_or_insert(line);
        }
    }
}

/// A `# name=value` among the comments at the very top.
fn directive(text: &str, name: &str) -> Option<String> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .map_while(|line| line.trim().strip_prefix('#')?.split_once('='))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().to_owned())
}

/// Instructions with the number of their first line, continuation lines joined, comments left out.
fn instructions(text: &str, escape: char) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let part = line.strip_suffix(escape).unwrap_or(line);
        match found.last_mut().filter(|_| goes_on) {
            Some((_, whole)) => *whole = format!("{whole} {part}"),
            None => found.push((number + 1, part.to_owned())),
        }
        goes_on = line.ends_with(escape);
    }
    found
}

/// The word that ends a heredoc begun in `instruction` (`<<EOF`, `<<-"EOF"`); `<<<` is another thing.
fn heredoc(instruction: &str) -> Option<&str> {
    let (before, rest) = instruction.split_once("<<")?;
    if !before.ends_with(|c: char| c.is_whitespace() || c.is_ascii_digit()) {
        return None;
    }
    let word = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches(['"', '\'']);
    let end = word.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(word.len());
    (end > 0).then(|| &word[..end])
}

/// `$NAME`, `${NAME}` and `${NAME:-default}`, as `FROM` allows them.
fn substitute(text: &str, values: &BTreeMap<String, String>) -> String {
    let Some((before, rest)) = text.split_once('$') else { return text.to_owned() };
    let (name, after) = match rest.strip_prefix('{').and_then(|r| r.split_once('}')) {
        Some(found) => found,
        None => rest.split_at(rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())),
    };
    let (name, default) = name.split_once(":-").unwrap_or((name, ""));
    let value = values.get(name).filter(|v| !v.is_empty()).map_or(default, String::as_str);
    format!("{before}{value}{}", substitute(after, values))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Dockerfile {
        Dockerfile::parse(text, &BTreeMap::from([("VERSION".to_owned(), "3.12".to_owned())]))
    }

    #[test]
    fn bases_are_what_no_stage_makes() {
        let text = "ARG VERSION=3.11\nARG REG=public.ecr.aws\nFROM --platform=$BUILDPLATFORM ${REG}/python:$VERSION AS Build\n\
                    RUN x\nfrom build as test\nFROM scratch\nFROM ${OTHER:-alpine}\\\n  AS last\nCOPY --from=build /a /a\n";
        assert_eq!(parse(text).bases, ["public.ecr.aws/python:3.12", "alpine"]);
    }

    #[test]
    fn platforms_are_those_of_the_stage_that_is_built() {
        let built = parse("FROM --platform=linux/${VERSION} a AS one\nFROM one AS two\nFROM b\n");
        assert_eq!(built.platform(Some("Two")), Some("linux/3.12"));
        assert_eq!(built.platform(None), None);
    }

    #[test]
    fn syntax_stands_at_the_top() {
        assert_eq!(
            parse("# syntax = docker/dockerfile:1\nFROM a").syntax.as_deref(),
            Some("docker/dockerfile:1")
        );
        assert_eq!(parse("# escape=`\n#syntax=x\nFROM a").syntax.as_deref(), Some("x"));
        assert_eq!(parse("# just words\n# syntax=x\nFROM a").syntax, None);
        assert_eq!(parse("FROM a\n# syntax=x\n").syntax, None);
    }

    #[test]
    fn heredocs_have_an_end() {
        assert_eq!(parse("FROM a\nRUN <<EOF\necho\nEOF\n").heredoc, Some(2));
        assert_eq!(parse("FROM a\nRUN <<-'END' sh\n\techo\n\tEND\n").heredoc, Some(2));
        assert_eq!(parse("FROM a\nCOPY <<x /x\nhello\nx\n").heredoc, Some(2));
        assert_eq!(parse("FROM a\nRUN cat <<< EOF\nRUN echo $((1<<2))\nRUN echo <<EOF\n").heredoc, None);
    }

    #[test]
    fn buildkits_own_options() {
        assert_eq!(
            parse("FROM a\nRUN \\\n # why\n --mount=type=cache,target=/c \\\n x").buildkit_option,
            Some(2)
        );
        assert_eq!(parse("FROM a\nCOPY --from=b --chown=1 /a /a\nRUN x --mount=y").buildkit_option, None);
    }
}
