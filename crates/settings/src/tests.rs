use crate::{Environment, Overrides, Settings, SettingsError};
use std::path::PathBuf;

fn environment(variables: &[(&str, &str)]) -> Environment {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Environment { variables, cache_dir: Some(PathBuf::from("/cache")), ..Environment::default() }
}

fn with_file(text: &str, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("local.toml");
    std::fs::write(&file, text).unwrap();
    Settings::load(&Overrides { file: Some(file), flags: vec![] }, &environment(variables))
}

fn message(result: Result<Settings, SettingsError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn the_defaults_are_valid() {
    let settings = Settings::load(&Overrides::default(), &environment(&[])).unwrap();
    assert_eq!(settings.http.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.embed.cache_dir, PathBuf::from("/cache/viva"));
    assert!(settings.retrieval.qdrant_url.is_none());
    assert_eq!(settings.http.streams_per_owner, 16);
}

#[test]
fn an_answer_may_take_as_long_as_the_model_may() {
    let http = |variables| Settings::load(&Overrides::default(), &environment(variables)).unwrap().http;
    let alone = http(&[]);
    assert_eq!(alone.answer_timeout, alone.request_timeout);
    let model = [
        ("VIVA_MODEL__PROVIDER", "openai"),
        ("VIVA_MODEL__NAME", "m"),
        ("VIVA_MODEL__BASE_URL", "http://127.0.0.1:9/v1"),
        ("VIVA_MODEL__WHOLE_SECONDS", "100"),
    ];
    let beside = http(&model);
    assert_eq!((beside.request_timeout.as_secs(), beside.answer_timeout.as_secs()), (30, 110));
}

#[test]
fn each_layer_wins_over_the_one_before() {
    let file = "[http]\nmax_concurrent = 3\nbody_limit_kib = 3\nshutdown_grace_seconds = 3";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.toml");
    std::fs::write(&path, file).unwrap();
    let overrides = Overrides { file: Some(path), flags: vec![("--max", "http.max_concurrent", "5".into())] };
    let variables = environment(&[("VIVA_HTTP__MAX_CONCURRENT", "4"), ("VIVA_HTTP__BODY_LIMIT_KIB", "4")]);
    let http = Settings::load(&overrides, &variables).unwrap().http;
    assert_eq!((http.max_concurrent, http.body_limit, http.shutdown_grace.as_secs()), (5, 4096, 3));
}

#[test]
fn unknown_keys_are_refused_with_a_suggestion() {
    let text = message(with_file("[http]\nbnid = \"127.0.0.1:1\"", &[]));
    assert!(
        text.contains("`http.bnid`") && text.contains("local.toml") && text.contains("`http.bind`"),
        "{text}"
    );
    let text = message(with_file("", &[("VIVA_HTTP__NOPE", "1")]));
    assert!(text.contains("http.nope") && text.contains("VIVA_HTTP__NOPE"), "{text}");
    let text = message(with_file("bind = \"x\"", &[]));
    assert!(text.contains("unknown setting `bind`"), "{text}");
    let text = message(with_file("[http.bind]\ndeep = 1", &[]));
    assert!(text.contains("`http.bind.deep`"), "{text}");
}

#[test]
fn bad_values_name_key_value_and_origin() {
    let text = message(with_file("[http]\nmax_concurrent = 0", &[]));
    assert!(text.contains("`http.max_concurrent` must be from 1 to 10000, got 0"), "{text}");
    assert!(text.contains("local.toml"), "{text}");
    let text = message(with_file("[http]\nmax_concurrent = \"many\"", &[]));
    assert!(text.contains("a whole number") && text.contains("many"), "{text}");
    let text = message(with_file("", &[("VIVA_HTTP__MAX_CONCURRENT", "many")]));
    assert!(text.contains("a whole number") && text.contains("many") && text.contains("VIVA_HTTP"), "{text}");
    let text = message(with_file("[http]\nbind = \"localhost\"", &[]));
    assert!(text.contains("an address and a port"), "{text}");
    let text = message(with_file("[log]\nformat = \"xml\"", &[]));
    assert!(text.contains("`log.format`"), "{text}");
    let text = message(with_file("[http\n", &[]));
    assert!(text.contains("not valid TOML") && text.contains("line 1"), "{text}");
}

#[test]
fn a_named_file_must_exist() {
    let overrides = Overrides { file: Some("/no/such.toml".into()), flags: vec![] };
    let text = message(Settings::load(&overrides, &environment(&[])));
    assert!(text.contains("/no/such.toml"), "{text}");
}

#[test]
fn secrets_come_from_the_environment_and_are_never_shown() {
    let text = message(with_file("[http]\napi_key = \"hunter2\"", &[]));
    assert!(text.contains("VIVA_HTTP__API_KEY") && !text.contains("hunter2"), "{text}");
    let settings = with_file("", &[("VIVA_HTTP__API_KEY", "hunter2")]).unwrap();
    assert_eq!(settings.http.api_key.as_ref().unwrap().reveal(), "hunter2");
    assert!(!settings.to_toml().contains("hunter2"));
    assert!(!format!("{settings:?}").contains("hunter2"), "Debug shows the key");
}

#[test]
fn listening_beyond_loopback_needs_a_key_or_a_word() {
    let text = message(with_file("", &[("VIVA_HTTP__BIND", "0.0.0.0:80")]));
    assert!(text.contains("loopback"), "{text}");
    let key = [("VIVA_HTTP__BIND", "0.0.0.0:80"), ("VIVA_HTTP__API_KEY", "k")];
    assert!(with_file("", &key).is_ok());
    assert!(with_file("[http]\ntrusted_network = true\nbind = \"0.0.0.0:80\"", &[]).is_ok());
}

#[test]
fn lists_are_read_from_variables() {
    let settings = with_file("", &[("VIVA_CONTENT__PATHS", "a, b")]).unwrap();
    assert_eq!(settings.content.paths, [PathBuf::from("a"), PathBuf::from("b")]);
    let settings = with_file("", &[("VIVA_CONTENT__PATHS", "[\"a,b\"]")]).unwrap();
    assert_eq!(settings.content.paths, [PathBuf::from("a,b")]);
    assert!(message(with_file("[content]\npaths = []", &[])).contains("at least one"));
}

#[test]
fn the_printed_settings_can_be_read_back() {
    let settings = with_file("[http]\nmax_concurrent = 7", &[]).unwrap();
    let printed = settings.to_toml();
    let printed = printed.lines().filter(|line| !line.contains("api_key")).collect::<Vec<_>>().join("\n");
    assert!(printed.contains("max_concurrent = 7  # from"), "{printed}");
    assert_eq!(with_file(&printed, &[]).unwrap().http.max_concurrent, 7);
}

proptest::proptest! {
    #[test]
    fn no_variable_makes_it_panic(value in ".*") {
        for key in ["HTTP__BIND", "HTTP__HOSTS", "HTTP__MAX_CONCURRENT", "LOG__FORMAT", "RETRIEVAL__QDRANT_URL"] {
            let _ = Settings::load(&Overrides::default(), &environment(&[(&format!("VIVA_{key}"), &value)]));
        }
    }
}

#[test]
fn a_model_is_configured_by_its_provider_and_name() {
    assert!(with_file("", &[]).unwrap().model.is_none());
    let file = "[model]\nprovider = \"openai\"\nname = \"llama3.2\"\nbase_url = \"http://127.0.0.1:11434/v1\"\ntemperature = 1";
    let settings = with_file(file, &[("VIVA_MODEL__API_KEY", "sk-canary")]).unwrap();
    assert!(!settings.to_toml().contains("sk-canary") && !format!("{settings:?}").contains("sk-canary"));
    let model = settings.model.unwrap();
    assert_eq!((model.name.as_str(), model.temperature, model.tokens_per_day), ("llama3.2", Some(1.0), None));
    let nameless = message(with_file("[model]\nprovider = \"bedrock\"", &[]));
    assert!(nameless.contains("`model.name`"), "{nameless}");
    let misplaced = message(with_file("[model]\napi_key = \"sk-canary\"", &[]));
    assert!(misplaced.contains("VIVA_MODEL__API_KEY") && !misplaced.contains("sk-canary"), "{misplaced}");
    let half = "[model]\nprovider = \"bedrock\"\nname = \"m\"\nguardrail_id = \"g\"";
    assert!(message(with_file(half, &[])).contains("`model.guardrail_version`"));
}

#[test]
fn a_databases_password_is_not_shown() {
    let settings = with_file("", &[("VIVA_STORE__URL", "postgres://viva:canary@db/viva")]).unwrap();
    assert!(!settings.to_toml().contains("canary") && !format!("{settings:?}").contains("canary"));
    assert_eq!(settings.store.url.unwrap().reveal(), "postgres://viva:canary@db/viva");
}
