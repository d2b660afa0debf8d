//! What people type who know other tools, and the command that does it here.

use clap::{
    builder::StyledStr,
    error::{ContextKind, ContextValue, Error, ErrorKind},
};

/// Words of other tools, by the command of ours that does what they mean.
const MEANT: [(&str, &[&str]); 6] = [
    (
        "up",
        &["deploy", "apply", "create", "push", "publish", "release", "update", "sync", "start", "install"],
    ),
    ("destroy", &["rm", "remove", "delete", "down", "undeploy", "teardown", "uninstall"]),
    ("plan", &["diff", "preview", "changeset", "dry-run", "changes", "synth"]),
    ("logs", &["log", "tail"]),
    ("output", &["outputs", "url", "info", "keys"]),
    ("verify", &["check", "test", "smoke"]),
];

/// The error with a tip that does no harm: what deletes is only named to who typed a word for it.
pub(crate) fn tipped(mut error: Error) -> Error {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return error;
    }
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else { return error };
    let typed = typed.to_lowercase();
    if let Some(command) = meant(&typed) {
        error.remove(ContextKind::SuggestedSubcommand);
        let tip = StyledStr::from(format!("here it is `lambdeploy {command}`"));
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    } else if strsim::damerau_levenshtein(&typed, "destroy") > 1 {
        let kept = match error.remove(ContextKind::SuggestedSubcommand) {
            Some(ContextValue::Strings(names)) => names,
            Some(ContextValue::String(name)) => vec![name],
            _ => Vec::new(),
        };
        let kept: Vec<String> = kept.into_iter().filter(|name| name != "destroy").collect();
        if !kept.is_empty() {
            error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(kept));
        }
    }
    error
}

fn meant(typed: &str) -> Option<&'static str> {
    MEANT.iter().find(|(_, words)| words.contains(&typed)).map(|(command, _)| *command)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{MEANT, tipped};
    use crate::cli::Cli;
    use clap::Parser;

    fn told(typed: &str) -> String {
        tipped(Cli::try_parse_from(["lambdeploy", typed]).unwrap_err()).to_string()
    }

    #[test]
    fn a_word_of_another_tool_is_translated() {
        for (command, words) in MEANT {
            for word in words {
                let told = told(word);
                assert!(told.contains(&format!("tip: here it is `lambdeploy {command}`")), "{told}");
                assert!(!told.contains("similar"), "{told}");
            }
        }
    }

    #[test]
    fn destroy_is_only_named_to_who_means_it() {
        for word in ["deploi", "depoly", "destination", "restore", "describe", "employ", "d", "x"] {
            assert!(!told(word).contains("destroy"), "{word}");
        }
        assert!(told("destory").contains("'destroy'"));
        assert!(told("upp").contains("'up'") && told("verfy").contains("'verify'"));
    }
}
