//! A headless Chromium, driven over its debugging pipe (Chrome DevTools Protocol: JSON messages that end with a zero byte).

use serde_json::{Value, json};
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Names of the program on different systems.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// Path of Debian's package.
pub const PACKAGE: &str = "chromium";

/// A browser with one page.
pub struct Chromium {
    browser: Child,
    input: File,
    output: BufReader<File>,
    session: String,
    sent: u64,
    /// Received events that have not been handled, in order.
    events: VecDeque<Value>,
    _profile: tempfile::TempDir,
}

/// The screen that is emulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Size in pixels.
    pub width: u32,
    /// Size in pixels.
    pub height: u32,
    /// `light` or `dark`.
    pub colours: &'static str,
}

impl Chromium {
    /// Starts the browser; `None` if it is not installed.
    pub fn start() -> Option<Chromium> {
        let name = NAMES.into_iter().find(|name| {
            let asked =
                Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            asked.is_ok_and(|status| status.success())
        })?;
        let profile = tempfile::tempdir().expect("a temporary folder");
        let pipe = |name: &str| {
            let path = profile.path().join(name);
            let made = Command::new("mkfifo").arg(&path).status();
            assert!(made.is_ok_and(|status| status.success()), "mkfifo {}", path.display());
            path
        };
        let (to, from) = (pipe("to"), pipe("from"));
        // The shell opens the pipes as the descriptors 3 and 4 on which the browser listens and speaks. In a container the
        // user is root, for whom its sandbox does not work; the only page it opens is ours.
        let browser = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<\"$CAPSTAKE_TO\" 4>\"$CAPSTAKE_FROM\"", name])
            .args([
                "--headless=new",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
            ])
            .args([
                "--hide-scrollbars",
                "--no-first-run",
                "--disable-extensions",
                "--disable-background-networking",
            ])
            .arg(format!("--user-data-dir={}", profile.path().join("profile").display()))
            .arg("about:blank")
            .env("CAPSTAKE_TO", &to)
            .env("CAPSTAKE_FROM", &from)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        // In the order in which the shell opens them: each waits for the other side.
        let input = OpenOptions::new().write(true).open(&to).expect("the pipe to the browser");
        let output = BufReader::new(File::open(&from).expect("the pipe from the browser"));
        let mut chromium = Chromium {
            browser,
            input,
            output,
            session: String::new(),
            sent: 0,
            events: VecDeque::new(),
            _profile: profile,
        };
        let target = chromium.ask("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        chromium.session = text(&chromium.ask("Target.attachToTarget", attach)["sessionId"]);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            chromium.ask(&format!("{domain}.enable"), json!({}));
        }
        Some(chromium)
    }

    fn next(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.output.read_until(0, &mut bytes).expect("the pipe from the browser");
        assert_eq!(bytes.pop(), Some(0), "the browser went away");
        serde_json::from_slice(&bytes).expect("the browser speaks JSON")
    }

    /// Calls a method and waits for its result.
    pub fn ask(&mut self, method: &str, parameters: Value) -> Value {
        self.sent += 1;
        let mut message = json!({"id": self.sent, "method": method, "params": parameters});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let mut bytes = serde_json::to_vec(&message).expect("JSON");
        bytes.push(0);
        self.input.write_all(&bytes).expect("the pipe to the browser");
        loop {
            let mut answer = self.next();
            if answer["id"] == json!(self.sent) {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].take();
            }
            self.events.push_back(answer);
        }
    }

    /// Sets the window size and the colour scheme of the system.
    pub fn look_through(&mut self, screen: Screen) {
        let size = json!({"width": screen.width, "height": screen.height, "deviceScaleFactor": 1, "mobile": screen.width < 600});
        self.ask("Emulation.setDeviceMetricsOverride", size);
        let colours = json!({"features": [{"name": "prefers-color-scheme", "value": screen.colours}]});
        self.ask("Emulation.setEmulatedMedia", colours);
    }

    /// Opens a file and waits until it has loaded.
    pub fn open(&mut self, file: &Path) {
        self.open_address(&format!("file://{}", file.display()));
    }

    /// Opens an address and waits until its page has loaded.
    pub fn open_address(&mut self, address: &str) {
        self.events.clear();
        self.ask("Page.navigate", json!({"url": address}));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.next();
            self.events.push_back(event);
        }
    }

    /// Evaluates an expression in the page.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut answer = self.ask("Runtime.evaluate", asked);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].take()
    }

    /// Presses a key on the focused element.
    pub fn press(&mut self, key: &str) {
        for kind in ["keyDown", "keyUp"] {
            self.ask("Input.dispatchKeyEvent", json!({"type": kind, "key": key, "code": key}));
        }
    }

    /// Moves the pointer.
    pub fn point(&mut self, x: f64, y: f64) {
        self.ask("Input.dispatchMouseEvent", json!({"type": "mouseMoved", "x": x, "y": y}));
    }

    /// Console errors and network requests since the page was opened.
    pub fn complaints(&mut self) -> Vec<String> {
        let found = self.events.iter().filter_map(|event| {
            let params = &event["params"];
            match event["method"].as_str()? {
                "Runtime.exceptionThrown" | "Log.entryAdded" | "Runtime.consoleAPICalled" => {
                    Some(params.to_string())
                }
                "Network.requestWillBeSent" => {
                    let url = text(&params["request"]["url"]);
                    (!url.starts_with("file:") && !url.starts_with("data:"))
                        .then(|| format!("request of {url}"))
                }
                _ => None,
            }
        });
        found.collect()
    }

    /// The page printed on A4, as a PDF in base64.
    pub fn print(&mut self) -> String {
        let paper = json!({"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": true});
        text(&self.ask("Page.printToPDF", paper)["data"])
    }

    /// A screenshot of the window, as a PNG in base64.
    pub fn picture(&mut self) -> String {
        text(&self.ask("Page.captureScreenshot", json!({}))["data"])
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // This browser alone: its own process, and those it started end with it.
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text: {value}")).to_owned()
}

/// Decodes base64.
pub fn from_base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    bytes
}
