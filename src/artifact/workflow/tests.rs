use proptest::prelude::*;

use super::WorkflowRiskKind::*;
use super::*;

const SHA: &str = "8ade135a41bc03ea155e62e844d188df1ea18608";

/// Kind, line and text of each risk, seen from a deployment to `production`.
fn found(workflow: &str) -> Vec<(WorkflowRiskKind, usize, String)> {
    all(workflow).into_iter().map(|risk| (risk.kind, risk.line, risk.what)).collect()
}

fn all(workflow: &str) -> Vec<WorkflowRisk> {
    risks(&read(workflow.as_bytes()), "production")
}

fn kinds(workflow: &str) -> Vec<WorkflowRiskKind> {
    all(workflow).into_iter().map(|risk| risk.kind).collect()
}

/// A workflow of one deploying job with these steps, indented by six spaces; the first step is on line 7.
fn deploying(steps: &str) -> String {
    format!("on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    environment: production\n    steps:\n{steps}")
}

fn checkout(with: &str) -> String {
    deploying(&format!("      - uses: actions/checkout@{SHA}\n        with: {{{with}}}\n"))
}

#[test]
fn careful_workflow_has_no_risks() {
    let workflow = format!(
        "name: Deploy\n\
         on:\n  workflow_dispatch:\n    inputs:\n      tag: {{type: string}}\n\
         permissions:\n  contents: read\n\
         env: &env\n  REGION: eu\n\
         jobs:\n\
         \x20 test:\n    runs-on: ubuntu-latest\n    env: *env\n    steps: &checkout\n      - uses: actions/checkout@{SHA}\n\
         \x20 deploy:\n    needs: test\n    runs-on: ubuntu-latest\n    environment:\n      name: production\n      url: https://acme.example\n    steps: *checkout\n\
         \x20 notify:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: ./.github/actions/notify\n\
         \x20     - uses: docker://acme/notify@sha256:{digest}\n\
         \x20     - env:\n          TITLE: ${{{{ github.event.pull_request.title }}}}\n        run: echo \"$TITLE\" '${{{{ github.sha }}}}'\n\
         \x20 call:\n    uses: acme/flows/.github/workflows/x.yml@{SHA}\n",
        digest = "0".repeat(64)
    );
    assert_eq!(all(&workflow), []);
}

#[test]
fn deploying_job_that_checks_out_a_branch_or_tag_is_a_risk() {
    for reference in [
        "main",
        "v1.2.0",
        "8ade135",
        "refs/heads/main",
        "'${{ github.head_ref }}'",
        "'${{ github.ref }}'",
        "'${{ github.ref_name }}'",
        "'${{ github.event.repository.default_branch }}'",
        "'release-${{ inputs.version }}'",
        "'${{ github.event.release.tag_name || github.sha }}'",
    ] {
        let risks = found(&checkout(&format!("ref: {reference}")));
        assert_eq!(risks, [(MovingCheckout, 8, reference.trim_matches('\'').to_owned())]);
    }
    assert_eq!(kinds(&checkout("REF: main")), [MovingCheckout], "inputs do not depend on case");
    assert_eq!(kinds(&checkout("ref: main").replace("actions/checkout", "Actions/Checkout")), [MovingCheckout]);
}

#[test]
fn one_commit_is_no_risk() {
    for with in [
        "",
        "ref: ''",
        &format!("ref: {SHA}"),
        "ref: '${{ github.sha }}'",
        "ref: '${{ github.event.pull_request.head.sha || github.sha }}'",
        "repository: '${{ github.repository }}'",
        &format!("repository: acme/config, ref: {SHA}"),
        "fetch-depth: 0",
    ] {
        assert_eq!(kinds(&checkout(with)), [], "{with}");
    }
}

#[test]
fn what_is_known_only_at_run_time_is_told_apart() {
    for reference in
        ["inputs.commit", "steps.pick.outputs.sha", "github.event_name == 'push' && github.sha", "fromJSON('main')"]
    {
        let workflow = checkout(&format!("ref: \"${{{{ {reference} }}}}\""));
        assert_eq!(kinds(&workflow), [UnknownCheckout], "{reference}");
    }
}

#[test]
fn other_repository_without_commit_is_a_risk() {
    assert_eq!(found(&checkout("repository: acme/config")), [(MovingCheckout, 8, "acme/config".into())]);
}

#[test]
fn jobs_that_do_not_deploy_may_check_out_branches() {
    let workflow = checkout("ref: main");
    assert_eq!(kinds(&workflow.replace("production", "staging")), []);
    assert_eq!(kinds(&workflow.replace("    environment: production\n", "")), []);
    assert_eq!(kinds(&workflow.replace("production", "PRODUCTION")), [MovingCheckout]);
    assert_eq!(kinds(&workflow.replace("production", "{name: Production, url: x}")), [MovingCheckout]);
    assert_eq!(kinds(&workflow.replace("production", "")), [], "null is none");
}

fn deploys(environment: &str, matrix: &str) -> Deploys {
    let workflow = checkout("ref: main")
        .replace("environment: production", &format!("environment: {environment}\n    strategy: {{matrix: {matrix}}}"));
    let risks = all(&workflow);
    risks.first().map_or(Deploys::No, |risk| risk.deploys)
}

#[test]
fn environment_of_a_matrix_is_looked_up() {
    let env = "${{ matrix.env }}";
    assert_eq!(deploys(env, "{env: [staging, production]}"), Deploys::Yes);
    assert_eq!(deploys(env, "{env: [staging, test]}"), Deploys::No);
    assert_eq!(deploys(env, "{env: [test], include: [{env: Production, x: 1}]}"), Deploys::Yes);
    assert_eq!(deploys(env, "{include: [{env: test}]}"), Deploys::No);
    assert_eq!(deploys(env, "{env: [test], exclude: [{env: production}]}"), Deploys::No);
    assert_eq!(deploys(env, "{env: '${{ fromJSON(inputs.envs) }}'}"), Deploys::Maybe);
    assert_eq!(deploys(env, "{env: ['${{ inputs.env }}']}"), Deploys::Maybe);
    assert_eq!(deploys(env, "'${{ fromJSON(inputs.matrix) }}'"), Deploys::Maybe);
    assert_eq!(deploys("${{ matrix.target.name }}", "{target: [{name: production}]}"), Deploys::Maybe);
    assert_eq!(deploys("${{ matrix.env || 'production' }}", "{env: [test]}"), Deploys::Maybe);
}

#[test]
fn environment_by_expression_is_maybe_where_it_can_fit() {
    assert_eq!(deploys("${{ inputs.environment }}", "{}"), Deploys::Maybe);
    assert_eq!(deploys("prod${{ inputs.suffix }}", "{}"), Deploys::Maybe);
    assert_eq!(deploys("review-${{ github.event.number }}", "{}"), Deploys::No);
    assert_eq!(deploys("${{ inputs.name }}-eu", "{}"), Deploys::No);
}

#[test]
fn called_workflow_may_deploy() {
    let risks = all("on: push\njobs:\n  call:\n    uses: acme/flows/.github/workflows/x.yml@main\n");
    let [risk] = risks.as_slice() else { panic!("{risks:?}") };
    assert_eq!((risk.kind, risk.line, risk.deploys), (UnpinnedWorkflow, 4, Deploys::Maybe));
    assert_eq!(risk.job.as_deref(), Some("call"));
    assert_eq!(kinds("on: push\njobs:\n  call:\n    uses: ./.github/workflows/x.yml\n"), []);
}

fn on_foreign(trigger: &str, condition: &str, with: &str) -> Vec<WorkflowRiskKind> {
    let condition = if condition.is_empty() { String::new() } else { format!("    if: {condition}\n") };
    kinds(&format!(
        "on: {trigger}\njobs:\n  build:\n{condition}    runs-on: x\n    steps:\n      - uses: actions/checkout@{SHA}\n        with: {{{with}}}\n"
    ))
}

#[test]
fn code_of_a_pull_request_with_the_repositorys_rights_is_a_risk_in_any_job() {
    let head = "ref: '${{ github.event.pull_request.head.sha }}'";
    assert_eq!(on_foreign("pull_request_target", "", head), [UntrustedCheckout]);
    assert_eq!(on_foreign("[push, pull_request_target]", "", head), [UntrustedCheckout]);
    assert_eq!(on_foreign("{pull_request_target: {types: [opened]}}", "", head), [UntrustedCheckout]);
    for with in [
        "ref: '${{ github.head_ref }}'",
        "ref: '${{ github.event.workflow_run.head_sha }}'",
        "ref: '${{ github.event.workflow_run.head_branch }}'",
        "ref: 'refs/pull/${{ github.event.number }}/merge'",
        "repository: '${{ github.event.pull_request.head.repo.full_name }}', ref: x",
    ] {
        assert_eq!(on_foreign("workflow_run", "", with), [UntrustedCheckout], "{with}");
    }
    assert_eq!(on_foreign("pull_request", "", head), [], "a fork's run has neither rights nor secrets");
    assert_eq!(on_foreign("pull_request_target", "", ""), [], "the base branch is checked out");
}

#[test]
fn condition_that_keeps_forks_out_is_respected() {
    let head = "ref: '${{ github.event.pull_request.head.sha }}'";
    let own = "github.event.pull_request.head.repo.full_name == github.repository";
    assert_eq!(on_foreign("pull_request_target", own, head), []);
    assert_eq!(on_foreign("pull_request_target", &format!("{own} || true"), head), [UntrustedCheckout]);
    assert_eq!(on_foreign("pull_request_target", "github.actor == 'mona'", head), [UntrustedCheckout]);
    let run = "ref: '${{ github.event.workflow_run.head_sha }}'";
    assert_eq!(on_foreign("workflow_run", "${{ github.event.workflow_run.event == 'push' }}", run), []);
}

#[test]
fn actions_and_images_by_name_are_risks() {
    let uses = |action: &str| found(&deploying(&format!("      - uses: {action}\n")));
    assert_eq!(uses("acme/setup@v1"), [(UnpinnedAction, 7, "acme/setup@v1".into())]);
    assert_eq!(uses("acme/setup/sub@main"), [(UnpinnedAction, 7, "acme/setup/sub@main".into())]);
    assert_eq!(uses("acme/setup@8ade135"), [(UnpinnedAction, 7, "acme/setup@8ade135".into())]);
    assert_eq!(uses("acme/setup"), [(UnpinnedAction, 7, "acme/setup".into())]);
    assert_eq!(uses("Actions/Cache@v4"), [(UnpinnedFirstPartyAction, 7, "Actions/Cache@v4".into())]);
    assert_eq!(uses("github/codeql-action/init@v3")[0].0, UnpinnedFirstPartyAction);
    assert_eq!(uses("docker://alpine:3.20"), [(UnpinnedImage, 7, "docker://alpine:3.20".into())]);
    assert_eq!(uses(&format!("docker://alpine@sha256:{}", "0".repeat(63)))[0].0, UnpinnedImage);
    for pinned in [
        format!("acme/setup@{SHA}"),
        format!("acme/setup@{} # v1", SHA.to_uppercase()),
        "./.github/actions/x".to_owned(),
        format!("docker://ghcr.io/acme/x:1@sha256:{}", "a".repeat(64)),
    ] {
        assert_eq!(uses(&pinned), [], "{pinned}");
    }
}

#[test]
fn text_of_strangers_in_a_script_is_a_risk_on_its_own_line() {
    let script = "      - run: |\n\n          echo hello\n          echo \"${{ github.event.pull_request.title }}\"\n          echo ${{ github.event.comment.body }} ${{ github.actor }}\n";
    assert_eq!(
        found(&deploying(script)),
        [
            (ExpressionInjection, 10, "github.event.pull_request.title".into()),
            (ExpressionInjection, 11, "github.event.comment.body".into())
        ]
    );
    for expression in [
        "github.head_ref",
        "GITHUB.EVENT['issue'].body",
        "github.event.commits[0].message",
        "github.event.commits.*.author.email",
        "toJSON(github.event)",
        "format('{0}', github.event.head_commit.message)",
        "github.event.pull_request.title || 'x'",
    ] {
        let workflow = deploying(&format!("      - run: \"echo ${{{{ {expression} }}}}\"\n"));
        assert_eq!(found(&workflow), [(ExpressionInjection, 7, expression.to_owned())]);
    }
}

#[test]
fn folded_and_quoted_scripts_keep_the_lines_of_the_file() {
    let value = "${{ github.head_ref }}";
    for script in [
        format!(">-\n          echo {{a}}\n          echo {value}\n"),
        format!("\"echo {{a}}\n          echo {value}\"\n"),
        format!("|+\n          echo {{a}}\n\n          echo {value}\n\n\n"),
    ] {
        let workflow = deploying(&format!("      - run: {}", script.replace("{a}", "${{ github.sha }}")));
        let line = 1 + workflow.lines().position(|line| line.contains(value)).unwrap();
        assert_eq!(found(&workflow), [(ExpressionInjection, line, "github.head_ref".into())]);
    }
}

#[test]
fn harmless_values_in_a_script_are_no_risk() {
    for expression in [
        "github.sha",
        "github.event.pull_request.number",
        "inputs.version",
        "github.ref_name",
        "contains(github.event.pull_request.title, 'x')",
        "github.head_ref == 'main'",
        "toJSON(matrix)",
        "env.HARMLESS",
        "secrets.TOKEN",
        "'github.head_ref'",
    ] {
        let workflow =
            deploying(&format!("      - env: {{HARMLESS: x}}\n        run: \"echo ${{{{ {expression} }}}}\"\n"));
        assert_eq!(found(&workflow), [], "{expression}");
    }
}

#[test]
fn text_of_strangers_through_env_is_a_risk_only_where_it_is_put_in_again() {
    let workflow = |script: &str| {
        deploying(&format!(
            "      - env:\n          TITLE: ${{{{ github.event.issue.title }}}}\n        run: \"{script}\"\n"
        ))
    };
    assert_eq!(kinds(&workflow("echo $TITLE")), []);
    assert_eq!(found(&workflow("echo ${{ env.title }}")), [(ExpressionInjection, 9, "env.title".into())]);
    let of_workflow =
        format!("env: {{T: \"${{{{ github.head_ref }}}}\"}}\n{}", deploying("      - run: echo ${{ env.T }}\n"));
    assert_eq!(kinds(&of_workflow), [ExpressionInjection]);
    let shadowed = of_workflow.replace("environment: production", "environment: production\n    env: {T: x}");
    assert_eq!(kinds(&shadowed), []);
}

#[test]
fn code_given_to_an_action_is_a_script() {
    let script = |action: &str| {
        kinds(&deploying(&format!(
            "      - uses: {action}@{SHA}\n        with:\n          script: console.log(\"${{{{ github.head_ref }}}}\")\n"
        )))
    };
    assert_eq!(script("actions/github-script"), [ExpressionInjection]);
    assert_eq!(script("acme/publish"), [], "other actions take text as text");
}

#[test]
fn all_permissions_are_a_risk_for_the_jobs_that_get_them() {
    let of_job = "on: push\njobs:\n  a:\n    permissions: write-all\n    runs-on: x\n    steps: [{run: x}]\n";
    assert_eq!(found(of_job), [(WriteAll, 4, "write-all".into())]);
    let of_all = "permissions: write-all\non: push\njobs:\n  a:\n    runs-on: x\n    steps: [{run: x}]\n  b:\n    environment: production\n    runs-on: x\n    steps: [{run: x}]\n";
    let risks = all(of_all);
    let [risk] = risks.as_slice() else { panic!("{risks:?}") };
    assert_eq!(
        (risk.line, risk.job.as_deref(), risk.deploys),
        (1, Some("b"), Deploys::Yes),
        "the deploying job speaks for all"
    );
    let own = of_all.replace("    runs-on", "    permissions: {}\n    runs-on");
    assert_eq!(kinds(&own), []);
    assert_eq!(kinds(&of_job.replace("write-all", "read-all")), []);
}

#[test]
fn what_cannot_be_read_is_a_risk() {
    let job = "jobs:\n  a:\n    runs-on: x\n    steps: [{run: x}]\n";
    let unreadable = |workflow: &str, line: usize, why: &str| {
        let risks = all(workflow);
        let risk = risks.iter().find(|risk| risk.kind == Unreadable && risk.why.contains(why));
        let risk = risk.unwrap_or_else(|| panic!("{workflow}: {risks:?}"));
        assert_eq!((risk.line, risk.deploys), (line, Deploys::Maybe), "{workflow}");
    };
    unreadable("", 1, "not a mapping");
    unreadable("on: push\n---\non: push\n", 2, "more than one YAML document");
    unreadable("- x\n", 1, "not a mapping");
    unreadable("a: [\n", 1, "cannot be read as YAML");
    unreadable(job, 1, "what starts");
    unreadable("on: push\n", 1, "jobs");
    unreadable("on: push\njobs: {}\n", 1, "jobs");
    unreadable("on: push\njobs: ${{ x }}\n", 1, "jobs");
    unreadable(&format!("on: push\n{job}  b: ${{{{ x }}}}\n"), 6, "content of job `b`");
    unreadable(&format!("on: push\n{job}    steps: []\n"), 6, "duplicate key `steps`");
    unreadable(&format!("on: push\n{job}    environment: [production]\n"), 6, "environment of job `a`");
    unreadable("on: push\njobs:\n  a:\n    runs-on: x\n", 3, "steps of job `a`");
    unreadable("on: push\njobs:\n  a:\n    steps: [x]\n", 4, "step of job `a`");
    unreadable("on: push\njobs:\n  a:\n    steps:\n      - uses: a/b@c\n        with: x\n", 5, "step of job `a`");
    unreadable(&format!("on: push\n{job}    <<: {{environment: production}}\n"), 6, "merge key");
    unreadable(&format!("{}{job}", "on: !x push\n"), 1, "tag `!x`");
    assert_eq!(risks(&read(b"\xff"), "production")[0].kind, Unreadable);
    assert_eq!(risks(&read(&vec![b'#'; WORKFLOW_LIMIT_BYTES + 1]), "production")[0].kind, Unreadable);
}

#[test]
fn unreadable_environment_may_be_the_one() {
    let workflow = checkout("ref: main").replace("environment: production", "environment: [production]");
    assert_eq!(kinds(&workflow), [Unreadable, MovingCheckout]);
}

#[test]
fn byte_order_mark_and_windows_line_ends_are_read() {
    let workflow = format!("\u{feff}{}", checkout("ref: main")).replace('\n', "\r\n");
    assert_eq!(found(&workflow), [(MovingCheckout, 8, "main".into())]);
}

#[test]
fn risks_beyond_the_limit_are_told() {
    let steps = "      - uses: acme/x@v1\n".repeat(RISK_LIMIT + 5);
    let risks = all(&deploying(&steps));
    assert_eq!(risks.len(), RISK_LIMIT + 1);
    assert_eq!(risks.last().unwrap().kind, Unreadable);
    let script = format!("      - run: |\n{}", "          ${{github.head_ref}}\n".repeat(RISK_LIMIT + 5));
    assert_eq!(all(&deploying(&script)).len(), RISK_LIMIT + 1);
}

#[test]
fn text_of_the_file_is_made_visible_and_short() {
    let risks = all(&deploying(&format!("      - uses: \"acme/\u{202e}{}@v1\"\n", "x".repeat(500))));
    assert!(risks[0].what.starts_with("acme/\\u{202e}xx") && risks[0].what.chars().count() <= 200);
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        risks(&read(&bytes), "production");
    }

    #[test]
    fn any_yaml_is_read_without_panic_and_never_silently(text in "(on|jobs|steps|uses|run|environment|ref|a|b|: |\n|  |- |\\[|\\]|\\{|\\}|,|&x |\\*x|'|\"|\\$\\{\\{|\\}\\}|main){0,30}") {
        let workflow = read(text.as_bytes());
        let risks = risks(&workflow, "production");
        prop_assert!(!workflow.jobs.is_empty() || risks.iter().any(|risk| risk.kind == Unreadable), "{text}");
    }
}
