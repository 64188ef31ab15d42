//! `icsim schema`: the library fits it, what is wrong does not.

use jsonschema::Validator;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn printed() -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_icsim")).arg("schema").output().expect("starts");
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).expect("is JSON")
}

fn validator() -> Validator {
    jsonschema::validator_for(&printed()).expect("is a JSON Schema")
}

fn json(text: &str) -> Value {
    toml::from_str(text).expect("is TOML")
}

#[test]
fn every_scenario_of_the_library_fits() {
    let validator = validator();
    let mut checked = 0;
    for entry in std::fs::read_dir(Path::new("library")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let scenario = json(&std::fs::read_to_string(&path).expect("a file"));
            let wrong: Vec<String> =
                validator.iter_errors(&scenario).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{}: {wrong:?}", path.display());
            checked += 1;
        }
    }
    assert!(checked > 12, "only {checked} scenarios");
}

#[test]
fn what_is_wrong_does_not_fit() {
    let validator = validator();
    let right = "title = 'x'\nduration = '5s'\n[[subnet]]\nname = 'a'\nnodes = 13\n";
    assert!(validator.is_valid(&json(right)));
    for wrong in [
        "duration = '5s'".to_owned(),
        right.replace("'5s'", "5"),
        right.replace("'5s'", "'5 parsecs'"),
        right.replace("nodes = 13", "nodes = 'many'"),
        right.replace("nodes", "nods"),
        format!("{right}type = 'aplication'"),
        format!("{right}[[fault]]\nkind = 'link-kut'\nat = '5s'"),
        format!("{right}[[expect]]\nthat = 'open < 5'\nwhen = 'sometimes'"),
    ] {
        assert!(!validator.is_valid(&json(&wrong)), "{wrong}");
    }
}

#[test]
fn every_kind_of_entry_is_known() {
    let known = r#"
        title = "x"
        duration = "5s"
        [[canister]]
        name = "a"
        subnet = ["s", "t"]
        cycles = "5T"
        candid = "a.did"
        [[canister.model.method.pay.case]]
        weight = 3
        instructions = { kind = "uniform", min = "1M", max = "2M" }
        [[action]]
        kind = "top-up"
        canister = "a"
        at = "1s"
        cycles = "1T"
        [[probe]]
        name = "total"
        value = "query.a.total()"
        every = "1s"
        [explore]
        allow = ["trap"]
        settle = "1s"
    "#;
    let validator = validator();
    let wrong = |from, to| json(&known.replace(from, to));
    assert_eq!(validator.validate(&json(known)).map_err(|error| error.to_string()), Ok(()));
    assert!(!validator.is_valid(&wrong("candid", "candide")));
    assert!(!validator.is_valid(&wrong("weight = 3", "weight = 'heavy'")));
    assert!(!validator.is_valid(&wrong("top-up", "topup")));
    assert!(!validator.is_valid(&wrong("settle = \"1s\"", "settle = 1")));
    assert!(!validator.is_valid(&wrong("value", "valeu")));
    assert!(!validator.is_valid(&wrong("allow = [\"trap\"]", "allow = [\"traps\"]")));
}

#[test]
fn every_field_is_described() {
    let schema = printed();
    let definitions = schema["definitions"].as_object().expect("definitions");
    let tables = definitions.values().chain([&schema]);
    for (name, field) in tables.filter_map(|table| table["properties"].as_object()).flatten() {
        let described =
            field.get("description").is_some() || field.as_object().is_none_or(|f| f.is_empty());
        assert!(described, "`{name}` is not described");
    }
}
