//! A browser without a screen: cookies, forms, redirects, and pages that go on by themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign::sim::http::{Response, request};
use url::Url;

const PATIENCE: Duration = Duration::from_secs(10);

/// One browser. Cookies are kept by host, as browsers keep them: ports do not tell cookies apart.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    pub cookies: BTreeMap<(String, String), String>,
    /// Where it is, and what it shows there.
    pub at: String,
    pub status: u16,
    pub page: String,
}

impl Visitor {
    /// Opens an address and goes wherever it leads. The last page.
    pub async fn open(&mut self, address: &str) -> String {
        self.follow("GET", address, String::new()).await
    }

    /// Opens an address without going on from there.
    pub async fn look(&mut self, address: &str) -> Response {
        self.ask("GET", address, "").await
    }

    /// Presses the button of the first page; ends up at GitHub.
    pub async fn go_on(&mut self) -> String {
        let form = self.form(&[]);
        let here = self.at.clone();
        self.follow("POST", &here, form).await
    }

    /// Says at GitHub who it is; ends up wherever GitHub sends it back to.
    pub async fn sign_in(&mut self, login: &str) -> String {
        let to = self.action();
        self.follow("POST", &to, form(&[("login", login), ("decision", "allow")])).await
    }

    /// The same, but only as far as GitHub's answer: the address that it sends the browser back to.
    pub async fn sign_in_and_stop(&mut self, login: &str) -> String {
        let to = self.action();
        let answer = self.ask("POST", &to, &form(&[("login", login), ("decision", "allow")])).await;
        answer.header("location").unwrap_or_else(|| panic!("GitHub sends nobody back: {}", answer.status)).to_owned()
    }

    /// Says no at GitHub.
    pub async fn refuse(&mut self) -> String {
        let to = self.action();
        self.follow("POST", &to, form(&[("decision", "deny")])).await
    }

    /// Answers the question about both accounts.
    pub async fn answer(&mut self, answer: &str) -> String {
        let form = self.form(&[("answer", answer)]);
        let here = self.at.clone();
        self.follow("POST", &here, form).await
    }

    /// Sends a form to where it is, whatever the page says.
    pub async fn send(&mut self, fields: &[(&str, &str)]) -> String {
        let here = self.at.clone();
        self.follow("POST", &here, form(fields)).await
    }

    /// The proof in the page's form.
    pub fn proof(&self) -> String {
        attribute(&self.page, "name=\"proof\" value=\"").unwrap_or_else(|| panic!("no form in {}", self.page))
    }

    /// Our cookie.
    pub fn cookie(&self) -> String {
        self.cookies.iter().find(|((_, name), _)| name == "countersign-link").expect("it was set").1.clone()
    }

    fn form(&self, more: &[(&str, &str)]) -> String {
        let proof = self.proof();
        form(&[&[("proof", proof.as_str())], more].concat())
    }

    fn action(&self) -> String {
        attribute(&self.page, "action=\"").unwrap_or_else(|| panic!("no form in {}", self.page))
    }

    async fn follow(&mut self, method: &str, address: &str, body: String) -> String {
        let (mut method, mut address, mut body) = (method.to_owned(), address.to_owned(), body);
        for _ in 0..10 {
            let answer = self.ask(&method, &address, &body).await;
            self.status = answer.status;
            self.page = String::from_utf8(answer.body.clone()).unwrap();
            self.at.clone_from(&address);
            let refresh = attribute(&self.page, "http-equiv=\"refresh\" content=\"0; url=");
            let Some(next) = answer.header("location").map(str::to_owned).or(refresh) else {
                return self.page.clone();
            };
            (method, address, body) = ("GET".to_owned(), next, String::new());
        }
        panic!("{address} leads round in circles");
    }

    async fn ask(&mut self, method: &str, address: &str, body: &str) -> Response {
        let host = Url::parse(address).unwrap().host_str().unwrap().to_owned();
        let mine = self.cookies.iter().filter(|((of, _), _)| *of == host);
        let cookies: Vec<String> = mine.map(|((_, name), value)| format!("{name}={value}")).collect();
        let mut headers = vec![("accept".to_owned(), "text/html".to_owned())];
        if !cookies.is_empty() {
            headers.push(("cookie".to_owned(), cookies.join("; ")));
        }
        if method == "POST" {
            headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
        }
        let answer = request(method, address, &headers, body.as_bytes(), PATIENCE).await.unwrap();
        for (name, value) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = value.split(';').next().unwrap().split_once('=').unwrap_or_else(|| panic!("{name}: {value}"));
            self.cookies.insert((host.clone(), pair.0.to_owned()), pair.1.to_owned());
        }
        answer
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// What stands between `before` and the next quotation mark, as text.
fn attribute(page: &str, before: &str) -> Option<String> {
    let start = page.find(before)? + before.len();
    let value = page[start..].split('"').next()?;
    Some(value.replace("&amp;", "&"))
}
