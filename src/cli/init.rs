//! What the command line says of a beginning.

use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder of the code, with a Dockerfile or with a handler in Python or JavaScript
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// Begin with a template's code; without NAME: list the templates
    #[arg(long, value_name = "NAME", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "left out, alone, or with a name")]
    pub template: Option<Option<String>>,
}
