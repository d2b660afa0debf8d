//! Files that somebody names for their content. A pipe would be waited for, and a device never end.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// Opens `path`, which must be a regular file or lead to one.
///
/// # Errors
/// It is no file, or can't be opened.
pub fn open(path: &Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    File::open(path)
}

/// All of a regular file that has at most `limit` bytes.
///
/// # Errors
/// It is no file, is larger, or can't be read.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("it is larger than {} KiB", limit >> 10)));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), vec![b'x'; 2048]).unwrap();
        assert_eq!(read(file.path(), 2048).unwrap().len(), 2048);
        assert_eq!(read(file.path(), 2047).unwrap_err().to_string(), "it is larger than 1 KiB");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [&pipe, folder.path(), Path::new("/dev/zero")] {
            assert_eq!(
                read(path, 1 << 20).unwrap_err().to_string(),
                "it is not a regular file",
                "{}",
                path.display()
            );
        }
    }
}
