use proptest::prelude::*;
use serde_json::json;

use super::*;

const SHA: &str = "8ade135a41bc03ea155e62e844d188df1ea18608";

/// Line, call, name and revision of each.
fn found(path: &str, text: &str) -> Vec<(usize, String, String, Option<String>)> {
    let found = read(path, text);
    assert_eq!((found.problem, found.more), (None, 0));
    found.unpinned.into_iter().map(|one| (one.line, one.call, one.name, one.revision)).collect()
}

fn names(python: &str) -> Vec<String> {
    found("a.py", python).into_iter().map(|(_, _, name, _)| name).collect()
}

#[test]
fn each_way_to_load_from_a_hub_is_known() {
    for (call, name) in [
        (r#"AutoModel.from_pretrained("acme/sentiment")"#, "acme/sentiment"),
        (
            r#"transformers.AutoTokenizer.from_pretrained(pretrained_model_name_or_path='acme/sentiment')"#,
            "acme/sentiment",
        ),
        (r#"BertModel.from_pretrained("bert-base-uncased")"#, "bert-base-uncased"),
        (r#"pipeline("text-classification", model="acme/sentiment")"#, "acme/sentiment"),
        (r#"pipeline("text-classification", "acme/sentiment")"#, "acme/sentiment"),
        (r#"hf_hub_download("acme/sentiment", "model.safetensors")"#, "acme/sentiment"),
        (r#"HfApi().hf_hub_download(repo_id="acme/sentiment", filename="x")"#, "acme/sentiment"),
        (r#"snapshot_download(repo_id="acme/sentiment")"#, "acme/sentiment"),
        (r#"datasets.load_dataset("acme/reviews", split="train")"#, "acme/reviews"),
        (r#"SentenceTransformer("all-MiniLM-L6-v2")"#, "all-MiniLM-L6-v2"),
        (r#"CrossEncoder("acme/ranker")"#, "acme/ranker"),
        (r#"PeftModel.from_pretrained(model, "acme/adapter")"#, "acme/adapter"),
        (r#"AutoPeftModelForCausalLM.from_pretrained("acme/adapter")"#, "acme/adapter"),
        (r#"torch.hub.load("acme/vision", "resnet")"#, "acme/vision"),
    ] {
        assert_eq!(names(&format!("model = {call}\n")), [name], "{call}");
    }
}

#[test]
fn call_over_several_lines_is_found_where_it_begins() {
    let source = "x = 1\nmodel = AutoModel.from_pretrained(\n    # the big one\n    \"acme/\"\n    \"sentiment\",\n    device_map={\"a\": (1, 2)},\n)\n";
    assert_eq!(found("a.py", source), [(2, "AutoModel.from_pretrained".into(), "acme/sentiment".into(), None)]);
}

#[test]
fn full_commit_is_pinned_and_branch_or_tag_is_not() {
    let with = |revision: &str| found("a.py", &format!("AutoModel.from_pretrained('acme/x', revision={revision})\n"));
    assert_eq!(with(&format!("'{SHA}'")), []);
    assert_eq!(with("'main'")[0].3.as_deref(), Some("main"));
    assert_eq!(with("'v1.0'")[0].3.as_deref(), Some("v1.0"));
    assert_eq!(with("'8ade135'")[0].3.as_deref(), Some("8ade135"));
    assert_eq!(with("None")[0].3, None);
    assert_eq!(with("config.revision"), [], "known only at run time");
    assert_eq!(with("args['revision']"), []);
    assert_eq!(
        names("AutoModel.from_pretrained('acme/x', **kwargs)"),
        Vec::<String>::new(),
        "it may be among the others"
    );
    let hub = |at: &str| names(&format!("torch.hub.load('acme/vision{at}', 'x')\n"));
    assert_eq!(
        (hub(""), hub(":main"), hub(&format!(":{SHA}"))),
        (vec!["acme/vision".into()], vec!["acme/vision".into()], vec![])
    );
}

#[test]
fn constants_of_the_file_are_looked_up() {
    let source = |revision: &str| {
        format!("MODEL = \"acme/x\"\nREVISION = \"{revision}\"\nAutoModel.from_pretrained(MODEL, revision=REVISION)\n")
    };
    assert_eq!(found("a.py", &source("main"))[0].3.as_deref(), Some("main"));
    assert_eq!(names(&source(SHA)), Vec::<String>::new());
    assert_eq!(names(&format!("MODEL = os.environ['MODEL']\n{}", source("main"))), Vec::<String>::new(), "given twice");
    assert_eq!(names("model = 'acme/x'\nAutoModel.from_pretrained(model)\n"), Vec::<String>::new());
}

#[test]
fn what_is_not_written_out_or_is_local_is_no_finding() {
    for source in [
        "AutoModel.from_pretrained(name)",
        "AutoModel.from_pretrained(f'acme/{name}')",
        "AutoModel.from_pretrained('acme/' + name)",
        "AutoModel.from_pretrained('./model')",
        "AutoModel.from_pretrained('/opt/models/x')",
        "AutoModel.from_pretrained('models/sentiment')",
        "AutoModel.from_pretrained('output')",
        "AutoModel.from_pretrained('acme/x', local_files_only=True)",
        "AutoModel.from_pretrained(*args)",
        "AutoModel.from_pretrained()",
        "load_dataset('csv', data_files='x.csv')",
        "load_dataset('json')",
        "torch.hub.load('acme/vision', 'x', source='local')",
        "json.load('acme/x')",
        "pipeline('acme/x')",
        "def from_pretrained(cls, name='acme/x'): pass",
        "class SentenceTransformer('acme/x'): pass",
        "# AutoModel.from_pretrained('acme/x')",
        "'''AutoModel.from_pretrained(\"acme/x\")'''",
        "help = \"AutoModel.from_pretrained('acme/x')\"",
        "from_pretrained = 'acme/x'",
    ] {
        assert_eq!(names(source), Vec::<String>::new(), "{source}");
    }
}

#[test]
fn trust_in_remote_code_is_noted() {
    let trusts = |source: &str| read("a.py", source).unpinned[0].trusts_remote_code;
    assert!(trusts("AutoModel.from_pretrained('acme/x', trust_remote_code=True)"));
    assert!(!trusts("AutoModel.from_pretrained('acme/x', trust_remote_code=False)"));
    assert!(!trusts("AutoModel.from_pretrained('acme/x')"));
}

#[test]
fn calls_within_calls_are_found() {
    let source =
        "wrap(AutoModel.from_pretrained('acme/a', config=AutoConfig.from_pretrained('acme/b')), [x for x in y])";
    assert_eq!(names(source), ["acme/a", "acme/b"]);
}

#[test]
fn source_that_cannot_be_read_to_its_end_says_so() {
    let found = read("a.py", "AutoModel.from_pretrained('acme/x')\nx = '''\nAutoModel.from_pretrained('acme/y')\n");
    assert_eq!((found.unpinned.len(), found.problem.map(|problem| problem.line)), (1, Some(2)));
    assert!(read("a.py", &" ".repeat(SOURCE_LIMIT_BYTES + 1)).problem.is_some());
    assert!(read("a.txt", &" ".repeat(SOURCE_LIMIT_BYTES + 1)).problem.is_none());
}

#[test]
fn findings_beyond_the_limit_are_counted() {
    let found = read("a.py", &"x.from_pretrained('acme/x')\n".repeat(UNPINNED_LIMIT + 7));
    assert_eq!((found.unpinned.len(), found.more), (UNPINNED_LIMIT, 7));
    let service = |number| format!("  s{number}: {{image: a}}\n");
    let compose: String = (0..UNPINNED_LIMIT + 3).map(service).collect();
    assert_eq!(read("compose.yml", &format!("services:\n{compose}")).more, 3);
}

#[test]
fn code_cells_of_a_notebook_are_read_with_their_number_and_line() {
    let call = "AutoModel.from_pretrained('acme/x')";
    let notebook = json!({ "nbformat": 4, "cells": [
        { "cell_type": "markdown", "source": [call] },
        { "cell_type": "code", "source": ["!pip install it's\n", "%load_ext x\n", call], "outputs": [{ "text": call }] },
        { "cell_type": "code", "source": format!("# {call}\n{call}") },
        { "cell_type": "code", "source": format!("%%bash\n{call}") },
        { "cell_type": "code", "source": format!("%%time\n{call}") },
    ]});
    let found = read("a.ipynb", &notebook.to_string());
    let places: Vec<_> = found.unpinned.iter().map(|one| (one.cell, one.line)).collect();
    assert_eq!(places, [(Some(2), 3), (Some(3), 2), (Some(5), 2)]);
    assert_eq!(found.problem, None);
}

#[test]
fn notebook_that_cannot_be_read_says_so() {
    for text in ["", "{}", "[]", r#"{"cells": [{"cell_type": "code"}]}"#, r#"{"nbformat": 3, "worksheets": []}"#] {
        assert!(read("a.ipynb", text).problem.is_some(), "{text}");
    }
    let open = json!({ "cells": [{ "cell_type": "code", "source": "x\n'''" }, { "cell_type": "code", "source": "y.from_pretrained('acme/x')" }] });
    let found = read("a.ipynb", &open.to_string());
    assert_eq!(found.unpinned.len(), 1, "other cells are read");
    assert!(found.problem.unwrap().why.starts_with("cell 1: "));
}

fn images(dockerfile: &str) -> Vec<(usize, String, Option<String>)> {
    found("Dockerfile", dockerfile).into_iter().map(|(line, _, name, tag)| (line, name, tag)).collect()
}

#[test]
fn stages_begin_with_images() {
    let dockerfile = format!(
        "# syntax=docker/dockerfile:1\n\
         ARG BASE=python:3.12\n\
         FROM --platform=$BUILDPLATFORM python:3.12-slim AS Build\n\
         RUN pip install x \\\n    # not the end\n\n    && FROM nothing:1\n\
         FROM ${{BASE}}\n\
         FROM scratch\n\
         FROM build as test\n\
         from acme/base@sha256:{digest}\n\
         FROM nvidia/cuda\n\
         COPY --from=build /a /b\n\
         COPY --from=0 /a /b\n\
         COPY --chown=1 --from=ghcr.io/acme/tool:latest /a /b\n\
         COPY a --from=acme/x\n",
        digest = "a".repeat(64)
    );
    assert_eq!(
        images(&dockerfile),
        [
            (3, "python".into(), Some("3.12-slim".into())),
            (12, "nvidia/cuda".into(), None),
            (15, "ghcr.io/acme/tool".into(), Some("latest".into())),
        ]
    );
}

#[test]
fn here_documents_and_the_escape_directive_are_followed() {
    assert_eq!(images("FROM a@sha256:0\nRUN <<EOF\nFROM b\nEOF\nFROM c\nRUN cat <<-'X' <<Y\nFROM d\n\tX\nFROM e\nY\nRUN echo $((1<<2))\nFROM f\n").len(), 3);
    let unended = read("Dockerfile", "FROM a\nRUN <<EOF\nFROM b\n");
    assert_eq!((unended.unpinned.len(), unended.problem.map(|problem| problem.line)), (1, Some(2)));
    assert_eq!(images("# escape=`\nFROM `\n  a:1\nRUN dir C:\\\nFROM b:2\n").len(), 2);
    assert_eq!(images("RUN dir C:\\\nFROM b:2\n"), []);
}

#[test]
fn paths_say_what_a_file_is() {
    for path in [
        "Dockerfile",
        "a/dockerfile.gpu",
        "serve.Dockerfile",
        "Containerfile",
        "a.PY",
        "a.ipynb",
        "k8s/a.yaml",
        "b.yml",
    ] {
        assert!(is_read(path), "{path}");
    }
    for path in [".github/workflows/deploy.yml", "README.md", "py", "a.pyc", "docker", "dockerfiles/readme.txt"] {
        assert!(!is_read(path), "{path}");
    }
}

#[test]
fn services_of_compose_name_images_unless_they_are_built() {
    let compose = "x-base: &base\n  image: acme/base:1\nservices:\n  web:\n    image: nginx:1.27\n  app:\n    build: .\n    image: acme/app\n  job: {<<: *base}\n  env: {image: '${IMAGE}'}\n  list: []\n";
    let found = found("docker-compose.yml", compose);
    let names: Vec<_> = found.iter().map(|(line, call, name, _)| (*line, call.as_str(), name.as_str())).collect();
    assert_eq!(names, [(2, "image", "acme/base"), (5, "image", "nginx")]);
}

#[test]
fn objects_of_kubernetes_name_images_where_they_run_them() {
    let pod = format!(
        "apiVersion: v1\nkind: ConfigMap\ndata: {{image: acme/x}}\n---\n\
         apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: x, image: y}}\nspec:\n  template:\n    spec:\n      initContainers:\n        - image: acme/init@sha256:{digest}\n\
         \x20     containers:\n        - name: serve\n          image: acme/serve:v2\n          imagePullPolicy: Always\n        - image: {{a: b}}\n",
        digest = "0".repeat(64)
    );
    assert_eq!(found("deploy.yaml", &pod), [(15, "image".into(), "acme/serve".into(), Some("v2".into()))]);
    let list =
        "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: Pod, spec: {containers: [{image: a}]}}\n";
    assert_eq!(found("list.yaml", list).len(), 1);
}

#[test]
fn every_document_of_a_file_is_read_even_after_one_that_cannot_be() {
    let pod = |image: &str| format!("apiVersion: v1\nkind: Pod\nspec: {{containers: [{{image: {image}}}]}}\n");
    let file = format!("%YAML 1.2\n---\n{}--- # image\nservices: [\n---\n{}...\n", pod("a"), pod("b"));
    let found = read("pods.yaml", &file);
    let images: Vec<_> = found.unpinned.iter().map(|one| (one.line, one.name.as_str())).collect();
    assert_eq!(images, [(5, "a"), (11, "b")]);
    assert_eq!(found.problem.map(|problem| problem.line), Some(7));
    let many = read("pods.yaml", &format!("---\n{}", pod("a")).repeat(400));
    assert!(many.problem.is_some());
}

#[test]
fn other_yaml_has_no_images_and_templates_of_yaml_say_that_they_cannot_be_read() {
    assert_eq!(found("values.yaml", "image: {repository: acme/x, tag: latest}\nimages: [a]\n"), []);
    assert_eq!(found(".gitlab-ci.yml", "image: python:3\nservices: [postgres]\n"), []);
    let template =
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n{{- range .Values.x }}\n  - image: {{ . }}\n{{- end }}\n";
    assert!(read("templates/a.yaml", template).problem.is_some());
    assert!(read("templates/a.yaml", &template.replace("image", "name")).problem.is_none());
    assert!(read("other.yaml", "image: !REF x\nkind: y\n").problem.is_none());
}

proptest! {
    #[test]
    fn any_python_is_read_without_panic(source in "(from_pretrained|torch|hub|load|\\.|\\(|\\)|\\[|\\]|'acme/x'|\"|'''|,|=|\\*|revision|A|def |\n|#|\\\\|f'\\{x\\}'){0,40}") {
        read("a.py", &source);
    }

    #[test]
    fn any_dockerfile_is_read_without_panic(text in "(FROM|RUN|COPY|ARG| |--from=|AS|a:1|@|<<EOF|EOF|\n|\\\\\n|#|escape=`|\\$\\{x\\}){0,40}") {
        read("Dockerfile", &text);
    }

    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,80}", path in "a\\.(py|ipynb|yml|dockerfile)") {
        read(&path, &text);
    }
}
