# A template: `packaging/homebrew/fill.py` sets the repository, the version and the sums of a release.
class Lambdeploy < Formula
  desc "One stack.yaml in, a running HTTPS endpoint out, on AWS Lambda"
  homepage "https://github.com/${repository}"
  version "${version}"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "https://github.com/${repository}/releases/download/v${version}/lambdeploy-${version}-aarch64-apple-darwin.tar.gz"
      sha256 "${aarch64_apple_darwin}"
    end
    on_intel do
      url "https://github.com/${repository}/releases/download/v${version}/lambdeploy-${version}-x86_64-apple-darwin.tar.gz"
      sha256 "${x86_64_apple_darwin}"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/${repository}/releases/download/v${version}/lambdeploy-${version}-aarch64-unknown-linux-musl.tar.gz"
      sha256 "${aarch64_unknown_linux_musl}"
    end
    on_intel do
      url "https://github.com/${repository}/releases/download/v${version}/lambdeploy-${version}-x86_64-unknown-linux-musl.tar.gz"
      sha256 "${x86_64_unknown_linux_musl}"
    end
  end

  def install
    bin.install "lambdeploy"
    generate_completions_from_executable(bin/"lambdeploy", "completions")
    system bin/"lambdeploy", "man", "--folder", "man"
    man1.install Dir["man/*.1"]
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/lambdeploy --version")
  end
end
