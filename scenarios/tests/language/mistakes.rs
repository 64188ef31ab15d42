//! What is said of mistakes in the fields of a scenario: place, what was found, what is expected.

use crate::support::{refused, with};
use insta::assert_snapshot;

#[test]
fn unknown_field_at_the_top() {
    assert_snapshot!(refused(&with(&[("duration", "durration")])));
}

#[test]
fn unknown_field_in_a_table() {
    assert_snapshot!(refused(&with(&[("nodes = 34", "node = 34")])));
}

#[test]
fn unknown_field_that_is_like_no_other() {
    assert_snapshot!(refused(&with(&[("[network]", "[zebra]\nseeds = \"1..3\"\n\n[network]")])));
}

#[test]
fn wrong_unit() {
    assert_snapshot!(refused(&with(&[("60s", "60 parsecs")])));
}

#[test]
fn duration_without_unit() {
    assert_snapshot!(refused(&with(&[("\"60s\"", "60")])));
}

#[test]
fn duration_of_nothing() {
    assert_snapshot!(refused(&with(&[("60s", "0s")])));
}

#[test]
fn wrong_unit_in_a_distribution() {
    assert_snapshot!(refused(&with(&[("40ms", "40 parsecs")])));
}

#[test]
fn wrong_type() {
    assert_snapshot!(refused(&with(&[("nodes = 13", "nodes = \"thirteen\"")])));
}

#[test]
fn wrong_amount_of_cycles() {
    assert_snapshot!(refused(&with(&[("\"2T\"", "\"2 tons\"")])));
}

#[test]
fn wrong_rate() {
    assert_snapshot!(refused(&with(&[("5/s", "5 per second")])));
}

#[test]
fn unknown_kind_of_arrivals() {
    assert_snapshot!(refused(&with(&[("poisson", "poison")])));
}

#[test]
fn unknown_kind_of_distribution() {
    assert_snapshot!(refused(&with(&[("\"fixed\"", "\"fixd\"")])));
}

#[test]
fn distribution_without_its_parameter() {
    let latency = "{ kind = \"lognormal\", median = \"40ms\" }";
    assert_snapshot!(refused(&with(&[("{ kind = \"fixed\", value = \"40ms\" }", latency)])));
}

#[test]
fn distribution_that_does_not_fit_together() {
    let latency = "{ kind = \"lognormal\", median = \"40ms\", p99 = \"4ms\" }";
    assert_snapshot!(refused(&with(&[("{ kind = \"fixed\", value = \"40ms\" }", latency)])));
}

#[test]
fn missing_latency() {
    let network = "[network]\nlatency = { kind = \"fixed\", value = \"40ms\" }\n";
    assert_snapshot!(refused(&with(&[(network, "")])));
}

#[test]
fn missing_field() {
    assert_snapshot!(refused(&with(&[("cycles = \"2T\"\n", "")])));
}

#[test]
fn missing_field_at_the_top() {
    assert_snapshot!(refused(&with(&[("duration = \"60s\"\n", "")])));
}

#[test]
fn zero_nodes() {
    assert_snapshot!(refused(&with(&[("nodes = 13", "nodes = 0")])));
}

#[test]
fn no_subnets() {
    assert_snapshot!(refused("title = \"Empty\"\nduration = \"1s\"\n"));
}

#[test]
fn no_toml() {
    assert_snapshot!(refused(&with(&[("name = \"left\"", "name = \"left")])));
}

#[test]
fn duplicate_key() {
    assert_snapshot!(refused(&with(&[("nodes = 13", "nodes = 13\nnodes = 14")])));
}

#[test]
fn duplicate_names() {
    assert_snapshot!(refused(&with(&[
        ("name = \"right\"", "name = \"left\""),
        ("subnet = \"right\"", "subnet = \"left\""),
        ("name = \"echo\"", "name = \"ping\""),
        ("$echo", "$ping"),
    ])));
}

#[test]
fn duplicate_workloads() {
    let again = "[[workload]]\ntarget = \"ping\"\nmethod = \"play\"\n\
        arg = '(principal \"$echo\", 1)'\narrivals = { kind = \"constant\", rate = \"1/s\" }\n\n[[workload]]";
    assert_snapshot!(refused(&with(&[("[[workload]]", again)])));
}

#[test]
fn unknown_subnet() {
    assert_snapshot!(refused(&with(&[("subnet = \"right\"", "subnet = \"rigth\"")])));
}

#[test]
fn unknown_target() {
    assert_snapshot!(refused(&with(&[("target = \"ping\"", "target = \"pign\"")])));
}

#[test]
fn unknown_method() {
    assert_snapshot!(refused(&with(&[("method = \"play\"", "method = \"pay\"")])));
}

#[test]
fn composite_query() {
    assert_snapshot!(refused(&with(&[
        ("target = \"ping\"", "target = \"echo\""),
        ("method = \"play\"", "method = \"fetch_all\""),
    ])));
}

#[test]
fn missing_module() {
    assert_snapshot!(refused(&with(&[("echo.wat", "ecko.wat")])));
}

#[test]
fn module_that_does_not_compile() {
    assert_snapshot!(refused(&with(&[("echo.wat", "foreign.wat")])));
}

#[test]
fn module_that_is_no_text() {
    assert_snapshot!(refused(&with(&[("echo.wat", "broken.wat")])));
}

#[test]
fn unknown_profile() {
    assert_snapshot!(refused(&with(&[("[[subnet]]", "profile = \"2026-mdi\"\n\n[[subnet]]")])));
}

#[test]
fn profile_differences() {
    let profile = "[profile]\nbase = \"2026-mid\"\nlimit = 3\n\
        fees.update_message_bse = \"5M\"\n\
        limits = { setup_instructions = \"1 parsec\", heap = { max = 3 } }\n\
        metering.operators = { \"i32.ad\" = 2 }\n\
        metering.system_api.functions = { call_perfrom = 2 }\n\n[[subnet]]";
    assert_snapshot!(refused(&with(&[("[[subnet]]", profile)])));
}

#[test]
fn window_without_time() {
    let window = "method = \"play\"\nstart = \"10s\"\nstop = \"5s\"";
    assert_snapshot!(refused(&with(&[("method = \"play\"", window)])));
}

#[test]
fn independent_mistakes_are_shown_together() {
    assert_snapshot!(refused(&with(&[
        ("title = \"Small\"", "titel = 3"),
        ("nodes = 13", "nodes = 13\ncolour = \"red\""),
        ("2T", "2 tons"),
        ("5/s", "5 per second"),
    ])));
}
