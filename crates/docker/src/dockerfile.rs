//! What must be known of a Dockerfile before it is built: what it asks of the builder, and what it is based on.
//!
//! Read by hand, and leniently: the crate `parse-dockerfile` knows a heredoc only right behind its instruction, so that it
//! refuses `RUN cat <<EOF > /file && …`, and of a file that it refuses it tells nothing.

use std::collections::BTreeMap;

/// Some facts about a Dockerfile.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Dockerfile {
    /// `# syntax=…`: the image that reads the rest, pulled by BuildKit.
    pub syntax: Option<String>,
    /// Line number of the first `--mount`, `--link` or `--chmod`: BuildKit's own.
    pub buildkit_option: Option<usize>,
    /// Line number of the first `COPY --link` or `ADD --link`.
    pub link: Option<usize>,
    /// Line number of the first heredoc (`RUN <<EOF`).
    pub heredoc: Option<usize>,
    /// Images that are not made by an earlier stage: of `FROM`, and of `COPY --from`.
    pub bases: Vec<String>,
    stages: Vec<BuildStage>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct BuildStage {
    /// Lower case; empty without a name.
    name: String,
    /// `--platform`, of this stage or the one it goes on from.
    platform: Option<String>,
    base: StageBase,
}

/// What a stage is built on.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct StageBase {
    /// As `FROM` names it; empty for `scratch`.
    pub image: String,
    /// Instructions after it, each of which is an entry of the image's history.
    pub steps: usize,
}

/// An instruction with its continuation lines; without the bodies of its heredocs.
struct Instruction {
    /// Of its first line, from 1.
    line: usize,
    text: String,
    heredoc: bool,
}

impl Dockerfile {
    /// The platform that the Dockerfile itself sets for the stage `target` (default: the last), whatever is asked for.
    pub(super) fn platform(&self, target: Option<&str>) -> Option<&str> {
        self.target(target)?.platform.as_deref()
    }

    /// What the stage `target` (default: the last) is built on, also by way of earlier stages.
    pub(super) fn base_of(&self, target: Option<&str>) -> Option<&StageBase> {
        Some(&self.target(target)?.base).filter(|base| !base.image.is_empty())
    }

    fn target(&self, name: Option<&str>) -> Option<&BuildStage> {
        let wanted = |s: &&BuildStage| name.is_none_or(|t| t.to_lowercase() == s.name);
        self.stages.iter().rev().find(wanted)
    }

    /// Reads `text`; `args` are the build's and those the builder sets, which may name a base or a platform.
    pub(super) fn parse(text: &str, args: &BTreeMap<String, String>) -> Self {
        let mut found = Self { syntax: directive(text, "syntax"), ..Self::default() };
        let escape = directive(text, "escape").and_then(|e| e.chars().next()).unwrap_or('\\');
        let mut values = args.clone();
        for instruction in instructions(text, escape) {
            let mut words = instruction.text.split_whitespace();
            let word = words.next().unwrap_or_default().to_ascii_uppercase();
            if let Some(stage) = found.stages.last_mut().filter(|_| word != "FROM") {
                stage.base.steps += 1;
            }
            match word.as_str() {
                "FROM" => found.from(&words.collect::<Vec<_>>(), &values),
                "ARG" if found.stages.is_empty() => {
                    for (name, default) in words.filter_map(|w| w.split_once('=')) {
                        if !args.contains_key(name) {
                            values.insert(name.to_owned(), unquoted(default, &values));
                        }
                    }
                }
                "RUN" | "COPY" | "ADD" => found.step(&instruction),
                _ => {}
            }
        }
        found
    }

    fn from(&mut self, words: &[&str], values: &BTreeMap<String, String>) {
        let (options, words): (Vec<&str>, Vec<&str>) = words.iter().partition(|w| w.starts_with("--"));
        let Some(image) = words.first().map(|w| unquoted(w, values)) else { return };
        let earlier = self.stage(&image);
        let own = options.iter().find_map(|o| o.strip_prefix("--platform=")).map(|p| unquoted(p, values));
        let platform = own.or_else(|| earlier?.platform.clone());
        let outer = Some(&image).filter(|image| earlier.is_none() && *image != "scratch").cloned();
        let base = match earlier {
            Some(stage) => stage.base.clone(),
            None => StageBase { image: outer.clone().unwrap_or_default(), steps: 0 },
        };
        outer.into_iter().for_each(|image| self.base(image));
        let name = words.get(2).map(|name| name.to_lowercase()).unwrap_or_default();
        self.stages.push(BuildStage { name, platform, base });
    }

    /// The stage that `name` means, by name or by number.
    fn stage(&self, name: &str) -> Option<&BuildStage> {
        let by_name = self.stages.iter().find(|s| !s.name.is_empty() && s.name == name.to_lowercase());
        by_name.or_else(|| self.stages.get(name.parse::<usize>().ok()?))
    }

    fn base(&mut self, image: String) {
        if !self.bases.contains(&image) {
            self.bases.push(image);
        }
    }

    fn step(&mut self, instruction: &Instruction) {
        let line = instruction.line;
        let words = instruction.text.split_whitespace().skip(1);
        for option in words.take_while(|w| w.starts_with("--")) {
            let own = ["--mount", "--link", "--chmod", "--security", "--network"];
            if own.iter().any(|name| option.starts_with(name)) {
                self.buildkit_option.get_or_insert(line);
            }
            if option.split('=').next() == Some("--link") {
                self.link.get_or_insert(line);
            }
            if let Some(from) = option.strip_prefix("--from=").filter(|from| self.stage(from).is_none()) {
                self.base(from.to_owned());
            }
        }
        if instruction.heredoc {
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

/// Instructions, continuation lines joined, comments and the bodies of heredocs left out.
fn instructions(text: &str, escape: char) -> Vec<Instruction> {
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    let (mut found, mut next) = (Vec::<Instruction>::new(), 0);
    let mut goes_on = false;
    while let Some(line) = lines.get(next).map(|line| line.trim()) {
        next += 1;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let part = line.strip_suffix(escape).unwrap_or(line);
        match found.last_mut().filter(|_| goes_on) {
            Some(whole) => whole.text = format!("{} {part}", whole.text),
            None => found.push(Instruction { line: next, text: part.to_owned(), heredoc: false }),
        }
        goes_on = line.ends_with(escape);
        if let Some(whole) = found.last_mut().filter(|_| !goes_on)
            && let Some(body) = heredocs(&whole.text, &lines[next..])
        {
            whole.heredoc = true;
            next += body;
        }
    }
    found
}

/// How many of the lines `after` an instruction are the bodies of its heredocs; `None`: it has none, or they have no end.
fn heredocs(instruction: &str, after: &[&str]) -> Option<usize> {
    let takes = ["RUN", "COPY", "ADD"];
    let keyword = instruction.split_whitespace().next().unwrap_or_default();
    let mut ends = instruction.split_whitespace().filter_map(heredoc).peekable();
    if !takes.iter().any(|it| it.eq_ignore_ascii_case(keyword)) || ends.peek().is_none() {
        return None;
    }
    ends.try_fold(0, |body, end| {
        let length = after[body..].iter().position(|line| line.trim_start_matches('\t') == end)?;
        Some(body + length + 1)
    })
}

/// The word that ends the heredoc that `word` begins (`<<EOF`, `3<<-"EOF"`); `<<<` is another thing.
fn heredoc(word: &str) -> Option<&str> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches(['"', '\'']);
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

/// A word as the builder reads it: in single quotes as it is, else with its variables filled in.
fn unquoted(word: &str, values: &BTreeMap<String, String>) -> String {
    match word.strip_prefix('\'').and_then(|w| w.strip_suffix('\'')) {
        Some(literal) => literal.to_owned(),
        None => substitute(word.trim_matches('"'), values),
    }
}

/// `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}`, as `FROM` and `ARG` allow them.
fn substitute(text: &str, values: &BTreeMap<String, String>) -> String {
    let Some((before, rest)) = text.split_once('$') else { return text.to_owned() };
    let plain = |c: char| !c.is_alphanumeric() && c != '_';
    let (inside, after) = match rest.strip_prefix('{') {
        Some(rest) => rest.split_at(closing(rest)),
        None => rest.split_at(rest.find(plain).unwrap_or(rest.len())),
    };
    let (name, operator) = inside.split_at(inside.find(plain).unwrap_or(inside.len()));
    let value = values.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let value = match operator.trim_start_matches(':') {
        other if other.starts_with('+') => value.map(|_| substitute(&other[1..], values)),
        other if other.starts_with('-') => {
            Some(value.map_or_else(|| substitute(&other[1..], values), str::to_owned))
        }
        _ => value.map(str::to_owned),
    };
    let after = if rest.starts_with('{') { after.strip_prefix('}').unwrap_or(after) } else { after };
    format!("{before}{}{}", value.unwrap_or_default(), substitute(after, values))
}

/// Where the `}` is that closes what has just been opened; the end if there is none.
fn closing(text: &str) -> usize {
    let mut open = 0;
    let end = text.find(|c| {
        open += i32::from(c == '{') - i32::from(c == '}');
        open < 0
    });
    end.unwrap_or(text.len())
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
    fn a_base_may_be_put_together_of_arguments() {
        let text = "ARG REG='public.ecr.aws' TAG=3.11\nARG IMAGE=\"${REG}/python\"\nARG BASE=${IMAGE}:${OTHER:-${TAG}}${VERSION:+-slim}\n\
                    FROM $BASE\n";
        assert_eq!(parse(text).bases, ["public.ecr.aws/python:3.11-slim"]);
        assert_eq!(
            parse("ARG A='$VERSION'\nFROM a:${A}\n").bases,
            ["a:$VERSION"],
            "single quotes hold their text"
        );
        assert_eq!(
            parse("ARG VERSION=1\nARG VERSION=2\nARG X=1\nARG X=2\nFROM a:$VERSION-$X").bases,
            ["a:3.12-2"]
        );
    }

    #[test]
    fn what_is_copied_from_an_image_is_a_base_too() {
        let text =
            "FROM a AS one\nFROM b\nCOPY --from=one / /\nCOPY --from=0 / /\nCOPY --link --from=c:1 / /\n";
        assert_eq!(parse(text).bases, ["a", "b", "c:1"]);
    }

    #[test]
    fn the_body_of_a_heredoc_is_no_instruction() {
        let text = "FROM a\nRUN cat <<ONE > /one && cat <<-\"TWO\" > /two\nFROM not/a:base\nONE\n# no comment\n\
                    COPY --from=neither / /\n\tTWO\nFROM b\n";
        let found = parse(text);
        assert_eq!((found.bases, found.heredoc), (vec!["a".to_owned(), "b".to_owned()], Some(2)));
        assert_eq!(parse("FROM a\nRUN echo 1 \\\n && cat <<E\nFROM b\nE\nFROM c").bases, ["a", "c"]);
        assert_eq!(parse("FROM a\nENV A=<<E\nFROM b\nE\n").bases, ["a", "b"], "ENV takes none");
    }

    #[test]
    fn the_first_link_is_found() {
        assert_eq!(parse("FROM a\nCOPY a b\nCOPY --chown=1 --link a b\n").link, Some(3));
        assert_eq!(parse("FROM a\nADD --link=true a b\n").link, Some(2));
        assert_eq!(parse("FROM a\nRUN ln --link a\n").link, None);
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
