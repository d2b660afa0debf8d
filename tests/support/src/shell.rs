//! A folder with a stack, a local AWS of its own, and the binary run in it.

use lambdeploy::testing::{net::Network, outside::http};
use local_aws::{Config, ContainerEngine, LocalAws};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, mpsc},
    thread,
};
use tempfile::TempDir;

/// One function behind one URL with a key; its image holds one file.
pub const STACK: &str = "\
stack: shop
region: us-east-2
functions:
  hello:
    image: {context: .}
api:
  routes: {POST /: hello}
  auth: api_key
  keys: [demo]
  usage_plan: {rate: 10, burst: 20, quota: 100/day}
";

/// A person's folder; nothing of this machine's own setup reaches it.
pub struct Shell {
    pub folder: TempDir,
    /// `None`: it is in this process.
    local: Option<Child>,
    pub endpoint: String,
}

impl Shell {
    /// With [`STACK`] and a local AWS that runs; its ids are those of a local AWS in the same process.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut local = command(folder.path())
            .args(["local", "--port", "0", "--seed", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(local.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let endpoint = line.split_whitespace().find(|w| w.starts_with("http://")).unwrap().to_owned();
        Self::of(folder, Some(local), endpoint)
    }

    /// The same, but the local AWS is in this process, and functions run in `engine`.
    pub fn running(engine: Arc<dyn ContainerEngine>) -> Self {
        let (tell, told) = mpsc::channel();
        thread::spawn(move || block_on(serve(engine, &tell)));
        Self::of(tempfile::tempdir().unwrap(), None, told.recv().unwrap())
    }

    fn of(folder: TempDir, local: Option<Child>, endpoint: String) -> Self {
        let shell = Self { folder, local, endpoint };
        shell.write("stack.yaml", STACK);
        shell.write("Dockerfile", "FROM scratch\nCOPY app.py .\n");
        shell.write("app.py", "print('hello')\n");
        shell
    }

    pub fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.path().join(file), text).unwrap();
    }

    /// Writes [`STACK`] with a part of it replaced.
    #[track_caller]
    pub fn edit(&self, from: &str, to: &str) {
        assert!(STACK.contains(from), "{from} is not in the stack");
        self.write("stack.yaml", &STACK.replace(from, to));
    }

    /// A command line, to be completed and run; it knows the local AWS.
    pub fn command(&self, line: &str) -> Command {
        let mut command = command(self.folder.path());
        command.args(line.split_whitespace()).env("LAMBDEPLOY_LOCAL", &self.endpoint);
        command
    }

    /// Runs a command line and gives all that is to be seen of it.
    pub fn run(&self, line: &str) -> String {
        self.seen(&mut self.command(line))
    }

    pub fn seen(&self, command: &mut Command) -> String {
        self.shown(&command.stdin(Stdio::null()).output().unwrap())
    }

    /// Exit code, stdout and stderr, without what differs from run to run.
    pub fn shown(&self, output: &Output) -> String {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        let code = output.status.code().map_or("none".to_owned(), |c| c.to_string());
        self.filtered(&format!("exit code: {code}\n--- stdout\n{out}--- stderr\n{}", in_order(&err)))
    }

    fn filtered(&self, text: &str) -> String {
        let folder = self.folder.path().to_string_lossy();
        let text = text.replace(&*folder, "[FOLDER]").replace(&self.endpoint, "[LOCAL]");
        let port = self.endpoint.rsplit(':').next().unwrap();
        let mut text = text.replace(&format!("localhost:{port}"), "localhost:[PORT]");
        for (pattern, name) in [
            (r"http://\w+\.execute-api", "http://[API].execute-api"),
            (r"/_aws/execute-api/\w+/", "/_aws/execute-api/[API]/"),
            (r#""api_id":"\w+""#, r#""api_id":"[ID]""#),
            (r"\(id \w{10}\)", "(id [ID])"),
            (r"does not resolve \([^)]*\)", "does not resolve ([WHY])"),
            (r"\(id \w+\)", "(id [ID])"),
            (r"in \d+\.\d s", "in [TIME]"),
            (r"(since|after) 20[\d-]{8}(T[\d:]{8}Z)?", "$1 [WHEN]"),
            (r#""seconds":[\d.]+"#, r#""seconds":[TIME]"#),
            (r"(key  \w+  )\w{40}", "$1[VALUE]"),
            (r"\(os error \d+\)", "(os error)"),
            (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
            (r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d\.\d+\+0000|Z)?", "[WHEN]"),
            (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[REQUEST]"),
            (r"uration: [\d.]+ ms", "uration: [TIME]"),
            (r"[0-9a-f]{16,64}", "[HASH]"),
        ] {
            text = regex_lite::Regex::new(pattern).unwrap().replace_all(&text, name).into_owned();
        }
        text
    }

    /// What is to go wrong from now on, as JSON (`PUT /_local/faults`).
    pub fn faults(&self, faults: &str) {
        let request = http::request("PUT", &format!("{}/_local/faults", self.endpoint));
        let answer = block_on(request.body(format!("{{\"faults\": {faults}}}")).send()).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Ends the local AWS as a machine does that runs out of memory.
    pub fn kill(&mut self) {
        let Some(local) = &mut self.local else { return };
        // It may have ended by itself.
        _ = local.kill();
        _ = local.wait();
    }

    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        let credentials = aws_credential_types::Credentials::new("000000000000", "x", None, None, "test");
        let config = aws_sdk_lambda::Config::builder()
            .behavior_version(aws_sdk_lambda::config::BehaviorVersion::latest())
            .region(aws_sdk_lambda::config::Region::new("us-east-2"))
            .http_client(lambdeploy::testing::aws::http_client(Network::direct()))
            .credentials_provider(credentials)
            .endpoint_url(&self.endpoint);
        aws_sdk_lambda::Client::from_conf(config.build())
    }

    pub fn iam(&self) -> aws_sdk_iam::Client {
        let credentials = aws_credential_types::Credentials::new("000000000000", "x", None, None, "test");
        let config = aws_sdk_iam::Config::builder()
            .behavior_version(aws_sdk_iam::config::BehaviorVersion::latest())
            .region(aws_sdk_iam::config::Region::new("us-east-2"))
            .http_client(lambdeploy::testing::aws::http_client(Network::direct()))
            .credentials_provider(credentials)
            .endpoint_url(&self.endpoint);
        aws_sdk_iam::Client::from_conf(config.build())
    }

    pub fn api_gateway(&self) -> aws_sdk_apigateway::Client {
        let credentials = aws_credential_types::Credentials::new("000000000000", "x", None, None, "test");
        let config = aws_sdk_apigateway::Config::builder()
            .behavior_version(aws_sdk_apigateway::config::BehaviorVersion::latest())
            .region(aws_sdk_apigateway::config::Region::new("us-east-2"))
            .http_client(lambdeploy::testing::aws::http_client(Network::direct()))
            .credentials_provider(credentials)
            .endpoint_url(&self.endpoint);
        aws_sdk_apigateway::Client::from_conf(config.build())
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        _ = self.command("local --stop").output();
        // A test that failed half way may have left one that can't be asked any more.
        self.kill();
    }
}

async fn serve(engine: Arc<dyn ContainerEngine>, tell: &mpsc::Sender<String>) {
    let aws = LocalAws::new(Config::default(), engine).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    tell.send(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    aws.serve(listener, std::future::pending()).await.unwrap();
}

pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// Whether Docker answers; says so where it does not.
pub fn docker(test: &str) -> bool {
    match block_on(lambdeploy::testing::docker::connect()) {
        Ok(_) => true,
        Err(error) => {
            eprintln!("skipped: {test} because {error:#}");
            false
        }
    }
}

/// The binary in a folder that is its home too, with an environment of its own.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(binary());
    command.current_dir(folder).env_clear().env("HOME", folder).env("AWS_EC2_METADATA_DISABLED", "true");
    for name in ["PATH", "DOCKER_HOST", "SYSTEMROOT", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// Cargo builds it before the tests of the package, into the folder above theirs.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    folder.join("lambdeploy").with_extension(std::env::consts::EXE_EXTENSION)
}

/// What ran at once ended in any order: neighbouring lines of one kind are sorted.
fn in_order(text: &str) -> String {
    let kind = |line: &&str| ["created ", "deleted ", "skipped "].into_iter().find(|k| line.starts_with(k));
    let mut kinds: Vec<&str> = text.lines().filter(|l| kind(l).is_some()).collect();
    kinds.sort_unstable();
    let first = text.lines().position(|l| kind(&l).is_some()).unwrap_or_default();
    let mut lines: Vec<&str> = text.lines().filter(|l| kind(l).is_none()).collect();
    let at = first.min(lines.len());
    lines.splice(at..at, kinds);
    lines.iter().map(|l| format!("{l}\n")).collect()
}
