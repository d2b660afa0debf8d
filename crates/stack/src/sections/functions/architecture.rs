//! The processor of a function.

use crate::{
    node::Node,
    shape::{Field, Shape},
    written::WithDefault,
};

pub(crate) const ARCHITECTURE: WithDefault<&str> = Field::new(
    "architecture",
    Shape::Choice(&[Architecture::X86_64.lambda(), Architecture::Arm64.lambda()]),
    "Of the build, of the image and of the function.",
)
.or_text(Architecture::X86_64.lambda());

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    X86_64,
    Arm64,
}

impl Architecture {
    pub(crate) fn read(function: &Node) -> Self {
        if ARCHITECTURE.read(function) == Self::Arm64.lambda() { Self::Arm64 } else { Self::X86_64 }
    }

    /// Lambda's name.
    pub const fn lambda(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// OCI's name.
    pub fn oci(self) -> &'static str {
        match self {
            Self::X86_64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }

    /// Docker's platform: `linux/amd64`.
    pub fn platform(self) -> String {
        format!("linux/{}", self.oci())
    }
}
