use proptest::prelude::*;

use super::*;

fn masked(text: &str) -> String {
    mask_secrets(text).0.into_owned()
}

/// One made-up secret of each kind. Put together at run time, so that scanners of this repository stay quiet.
fn examples() -> Vec<(SecretKind, String)> {
    let alnum = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8";
    let mut all = vec![
        (SecretKind::GitHubToken, format!("ghs_{alnum}.{alnum}-{alnum}_x")),
        (SecretKind::GitHubToken, format!("github_pat_{alnum}_{alnum}")),
        (SecretKind::SlackToken, format!("xapp-1-A0123-456-{alnum}")),
        (SecretKind::SlackToken, format!("xoxe.xoxb-1-{alnum}")),
        (SecretKind::SlackWebhook, format!("hooks.slack.com/services/T00000000/B00000000/{alnum}")),
        (SecretKind::HuggingFaceToken, format!("hf_{}", &alnum[..34])),
        (SecretKind::AwsAccessKey, "AKIA".to_owned() + "IOSFODNN7EXAMPLE"),
        (SecretKind::AwsAccessKey, "ASIA".to_owned() + "IOSFODNN7EXAMPLE"),
        (SecretKind::GoogleApiKey, format!("AIza{}", &alnum[..35])),
        (SecretKind::AnthropicKey, format!("sk-ant-api03-{alnum}")),
        (SecretKind::OpenAiKey, format!("sk-proj-{alnum}")),
        (SecretKind::StripeKey, format!("sk_live_{alnum}")),
        (SecretKind::JsonWebToken, format!("eyJ{alnum}.eyJ{alnum}.{alnum}")),
    ];
    for prefix in ["ghp_", "gho_", "ghu_", "ghr_"] {
        all.push((SecretKind::GitHubToken, format!("{prefix}{alnum}")));
    }
    for letter in ["a", "b", "e", "o", "p", "r", "s"] {
        all.push((SecretKind::SlackToken, format!("xox{letter}-123456789012-{alnum}")));
    }
    all
}

fn private_key(newline: &str) -> String {
    let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
    format!(
        "-----BEGIN RSA PRIVATE KEY-----{newline}{line}{newline}{line}{newline}AbC={newline}-----END RSA PRIVATE KEY-----"
    )
}

#[test]
fn every_kind_is_masked_and_named() {
    for (kind, secret) in examples() {
        let text = format!("before {secret} after");
        assert_eq!(masked(&text), format!("before [masked: {}] after", kind.label()), "{secret}");
    }
}

#[test]
fn removed_line_of_a_diff_is_masked_too() {
    for (kind, secret) in examples() {
        assert_eq!(masked(&format!("+a\n-{secret}\n")), format!("+a\n-[masked: {}]\n", kind.label()));
    }
}

#[test]
fn private_key_is_masked_as_a_whole_also_in_diffs_and_in_json() {
    for newline in ["\n", "\r\n", "\n+", "\n-", "\n    ", "\\n", "\",\n\""] {
        let text = format!("key: {} end", private_key(newline));
        assert_eq!(masked(&text), "key: [masked: private key] end", "{newline:?}");
    }
}

#[test]
fn unclosed_private_key_hides_only_its_own_lines() {
    let key = private_key("\n");
    let open = key.split("\nAbC=").next().unwrap();
    assert_eq!(masked(&format!("{open}\nlicense: mit\n")), "[masked: private key]\nlicense: mit\n");
    let bare = "-----BEGIN PRIVATE KEY-----\nlicense: mit\n-----END PRIVATE KEY-----\n";
    assert_eq!(masked(bare), bare);
}

#[test]
fn values_of_secret_names_are_masked_and_their_names_kept() {
    let cases = [
        ("password=hunter2hunter2hunter2", "password=[masked: secret value]"),
        ("DB_PASSWORD: 'correct-horse'", "DB_PASSWORD: '[masked: secret value]'"),
        (r#""clientSecret": "abcdefghij""#, r#""clientSecret": "[masked: secret value]""#),
        ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "aws_secret_access_key = [masked: secret value]"),
        ("token: a1b2c3d4e5f6a7b8c9d0", "token: [masked: secret value]"),
    ];
    for (text, expected) in cases {
        assert_eq!(masked(text), expected);
    }
}

#[test]
fn known_token_keeps_its_kind_when_assigned() {
    let token = format!("ghp_{}", "a1".repeat(18));
    assert_eq!(masked(&format!("password=\"{token}\"")), "password=\"[masked: GitHub token]\"");
}

#[test]
fn passwords_in_urls_are_masked_and_the_rest_of_the_url_is_kept() {
    let cases = [
        ("https://mona:token@acme.example/", "https://mona:[masked: password in a URL]@acme.example/"),
        (
            "git clone https://mona:s3cret@acme.example/r.git",
            "git clone https://mona:[masked: password in a URL]@acme.example/r.git",
        ),
        ("postgres://app:p@ss:w0rd!@db:5432/x?a=b@c", "postgres://app:[masked: password in a URL]@db:5432/x?a=b@c"),
        ("redis://:hunter2@cache", "redis://:[masked: password in a URL]@cache"),
        ("mongodb+srv://a:b%40c@h,i@j", "mongodb+srv://a:[masked: password in a URL]@j"),
        (
            r#"{"u":"https:\/\/mona:s3cret@acme.example"}"#,
            r#"{"u":"https:\/\/mona:[masked: password in a URL]@acme.example"}"#,
        ),
        ("-  url: 'https://a:b@c'", "-  url: 'https://a:[masked: password in a URL]@c'"),
        ("http://a:b@c http://d:e@f", "http://a:[masked: password in a URL]@c http://d:[masked: password in a URL]@f"),
    ];
    for (text, expected) in cases {
        assert_eq!(masked(text), expected);
    }
}

#[test]
fn a_known_token_in_a_url_keeps_its_kind() {
    let token = format!("ghp_{}", "a1".repeat(18));
    let masked_token = masked(&format!("https://x-access-token:{token}@github.com/acme/m"));
    assert_eq!(masked_token, "https://x-access-token:[masked: GitHub token]@github.com/acme/m");
    let alone = masked(&format!("https://{token}@github.com/acme/m"));
    assert_eq!(alone, "https://[masked: GitHub token]@github.com/acme/m");
    let longer = masked(&format!("https://mona:{token}.!more@acme.example"));
    assert_eq!(longer, "https://mona:[masked: password in a URL]@acme.example");
}

#[test]
fn urls_without_a_password_are_untouched() {
    let texts = [
        "https://mona@acme.example/ ssh://git@github.com:22/acme/m.git git@github.com:acme/m.git",
        "http://localhost:8080/@acme/pkg https://acme.example:443?to=ana@acme.example https://a:8/b@c",
        "https://mona:@acme.example https://mona:***@acme.example https://mona:...@acme.example",
        "https://$USER:$TOKEN@h https://${USER}:${TOKEN}@h https://<user>:<token>@h https://{u}:{p}@h",
        "postgres://%s:%s@%s:%d/%s mysql://%(user)s:%(password)s@h",
        "scheme://[user[:password]@]host[:port]/path",
        "see https://acme.example: ana@acme.example, a://b:c",
        "mailto:ana@acme.example //mona:s3cret@acme.example ://a:b@c",
    ];
    for text in texts {
        assert_eq!(mask_secrets(text), (Cow::Borrowed(text), 0));
    }
}

#[test]
fn ordinary_model_text_is_untouched() {
    let texts = [
        r#""eos_token": "<|endoftext|>", "pad_token": "[PAD]", "unk_token": "unknown_word""#,
        "a task-specific head with risk-assessment-of-long-kebab-case-names-2024",
        "sk-learn-style-estimators-are-not-secrets",
        "password = os.environ['DB_PASSWORD_PRODUCTION_1']",
        "token=${{ secrets.GITHUB_TOKEN }}",
        "shelf_life_of_the_product_is_thirty_days_or_more",
        "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393",
        "ghp_short xoxb- AKIA hf_ eyJ.eyJ.x https://hooks.slack.com/",
        "PWD=/home/octocat/project-2024-11-22",
    ];
    for text in texts {
        assert_eq!(mask_secrets(text), (Cow::Borrowed(text), 0));
    }
}

#[test]
fn hostile_repetition_ends_soon() {
    let floods = [
        "sk-",
        "eyJ-",
        "eyJaaaaaaaa.",
        "password=",
        "password=\"",
        "-----BEGIN PRIVATE KEY-----\n",
        "ghs_.",
        "hf_a",
        "AKIA",
        "token:",
        "-----BEGIN ",
        "a://",
        "a://a:",
        "a://a:@",
        "a://b:c@",
        "https://mona:s3cret",
        "://:@",
    ];
    for flood in floods {
        let text = flood.repeat(300_000 / flood.len());
        assert!(mask_secrets(&text).0.len() <= text.len() * 5, "{flood}");
    }
}

/// The name of a value ends where a mask begins.
#[test]
fn a_value_behind_a_mask_is_judged_by_the_name_that_is_left() {
    let once = masked("-----BEGIN PRIVATE KEY-----AKIApasswordxoxb-token=aAAAAaa0A0aaAaAA");
    assert_eq!(once, "[masked: private key]-token=[masked: secret value]");
    assert_eq!(masked(&once), once);
}

proptest! {
    #[test]
    fn secret_is_never_left_and_masking_twice_changes_nothing(
        before in "[ -~\n]{0,30}[ \n\"'=:(]", after in "[ \n\"'),;][ -~\n]{0,30}", index in 0_usize..24,
    ) {
        let all = examples();
        let (_, secret) = &all[index % all.len()];
        let text = format!("{before}{secret}{after}");
        let (once, count) = mask_secrets(&text);
        let once = once.into_owned();
        prop_assert!(!once.contains(secret.as_str()), "{}", once);
        prop_assert!(count >= 1);
        prop_assert_eq!(mask_secrets(&once), (Cow::Borrowed(once.as_str()), 0));
    }

    #[test]
    fn any_text_is_masked_without_panic_and_once(
        text in "(ghp_|xoxb-|sk-|://|@|hf_|AKIA|eyJ|password|token|=|: |\"|-----BEGIN PRIVATE KEY-----|[A-Za-z0-9]{1,20}|[.\\-_ \n(\\[\\]é]){0,40}",
    ) {
        let once = masked(&text);
        prop_assert_eq!(masked(&once), once);
    }

    #[test]
    fn passwords_in_urls_are_never_left(
        scheme in "[a-z][a-z+]{0,6}[a-z]", user in "[a-z0-9._%-]{0,10}", password in "[a-zA-Z0-9!%&*+,;=~._-]{0,9}[A-Z][0-9]{6}", after in "(|/|:80|\\?x=@)",
    ) {
        let text = format!("see {scheme}://{user}:{password}@acme.example{after} now");
        let (once, count) = mask_secrets(&text);
        prop_assert_eq!(count, 1);
        prop_assert!(!once.contains(&password), "{}", once);
        prop_assert!(once.contains("acme.example"));
        prop_assert_eq!(mask_secrets(&once), (Cow::Borrowed(&*once), 0));
    }

    #[test]
    fn arbitrary_unicode_is_masked_without_panic(text in any::<String>()) {
        mask_secrets(&text);
    }
}
