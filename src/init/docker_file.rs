//! A Dockerfile on AWS's base image, which starts the handler that CMD names.

use super::handler::{Handler, Language};
use std::path::Path;

/// What no image needs, in each language; the stack file, `.env` and the schema are left out anyhow.
pub(super) const IGNORED: &str = "\
# What the image does not need.
.*
Dockerfile
**/__pycache__
**/node_modules
**/.venv
**/venv
";

/// The Dockerfile for `handler` in `folder`.
pub(super) fn of(handler: &Handler, folder: &Path) -> String {
    let (image, install) = match handler.language {
        Language::Python => ("python:3.13", pip(folder)),
        Language::Node => ("nodejs:22", npm(folder)),
    };
    let command = serde_json::json!([handler.name]);
    format!(
        "# AWS's image for such functions: it starts the handler that CMD names.\n\
         FROM public.ecr.aws/lambda/{image}\n\n{install}\
         COPY . ${{LAMBDA_TASK_ROOT}}/\n\nCMD {command}\n"
    )
}

/// What is installed has a layer of its own: a change of the code does not install it again.
fn pip(folder: &Path) -> String {
    if !folder.join("requirements.txt").is_file() {
        return String::new();
    }
    "# A change of the code alone does not install the requirements again.\n\
     COPY requirements.txt ${LAMBDA_TASK_ROOT}/\n\
     RUN pip install --no-cache-dir --requirement requirements.txt\n\n"
        .to_owned()
}

fn npm(folder: &Path) -> String {
    if !folder.join("package.json").is_file() {
        return String::new();
    }
    let install = if folder.join("package-lock.json").is_file() { "ci" } else { "install" };
    format!(
        "# A change of the code alone does not install the packages again.\n\
         COPY package*.json ${{LAMBDA_TASK_ROOT}}/\n\
         RUN npm {install} --omit=dev\n\n"
    )
}
